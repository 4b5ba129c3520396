/*
 * What was negotiated.
 */
#include "abi.h"
#include "connection.h"

/* see abi.h */
uint32_t
engine_version(void)
{
	return conn.side.engine.session.version;
}

/* see abi.h */
uint32_t
engine_suite(void)
{
	return conn.side.engine.session.cipher_suite;
}

/* see abi.h */
const char *
engine_suite_name(void)
{
	return suite_name(conn.side.engine.session.cipher_suite);
}

/* see abi.h */
const char *
engine_server_name(void)
{
	return br_ssl_engine_get_server_name(&conn.side.engine);
}
