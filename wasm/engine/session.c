/*
 * What was negotiated.
 */
#include "abi.h"
#include "connection.h"
#include "tls13/suites.h"

static session_facts
facts(void)
{
	session_facts known;

	conn.speaks->facts(&known);
	return known;
}

/* see abi.h */
uint32_t
engine_version(void)
{
	return facts().version;
}

/* see abi.h */
uint32_t
engine_suite(void)
{
	return facts().suite;
}

/* see abi.h */
const char *
engine_suite_name(void)
{
	unsigned id = facts().suite;
	const tls13_suite *newer = suite_of(id);

	return newer != NULL ? newer->openssl_name : suite_name(id);
}

/* see abi.h */
uint32_t
engine_group(void)
{
	return facts().group;
}

/* see abi.h */
uint32_t
engine_resumed(void)
{
	return facts().resumed != 0;
}

/* see abi.h */
const char *
engine_server_name(void)
{
	return facts().server_name;
}

/* see abi.h */
const char *
engine_protocol(void)
{
	return facts().application_protocol;
}
