/*
 * The server's side of a connection.
 */
#include "abi.h"
#include "connection.h"
#include "crypto/ec-checked.h"

/* see abi.h */
int
engine_server(uint32_t profile)
{
	br_ssl_server_zero(&conn.side.server);
	br_ssl_engine_set_ec(&conn.side.engine, &ec_checked);
	return profile_apply(&conn.side.engine, profile);
}

/* see connection.h */
int
server_start(void)
{
	int err = policy_install(&conn.side.server);

	if (err != 0) {
		return err;
	}
	if (!br_ssl_server_reset(&conn.side.server)) {
		return br_ssl_engine_last_error(&conn.side.engine);
	}
	return 0;
}
