/*
 * The steps of the side that we are.
 */
#include "context.h"
#include "engine/connection.h"

/* see context.h */
int
handshake_go_on(void)
{
	return conn.is_client ? client_go_on() : server_go_on();
}
