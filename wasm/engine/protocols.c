/*
 * What is spoken inside of TLS (ALPN, RFC 7301).
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"

/* The longest name (RFC 7301, 3.1), and the most of them. */
#define PROTOCOL_MAX 255
#define PROTOCOLS_MAX 32

static const char *protocols[PROTOCOLS_MAX];
static size_t count;

/* see abi.h */
int
engine_add_protocol(const void *protocol, size_t len)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	char *name;

	/* BearSSL's names are strings, and end with a NUL. */
	if (len == 0 || len > PROTOCOL_MAX || count == PROTOCOLS_MAX ||
		memchr(protocol, 0, len) != NULL) {
		return BR_ERR_BAD_PARAM;
	}
	name = arena_alloc(len + 1);
	if (name == NULL) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	memcpy(name, protocol, len);
	protocols[count++] = name;
	br_ssl_engine_set_protocol_names(eng, protocols, count);

	/* RFC 7301, 3.2: a server that shares none says so, and closes. */
	br_ssl_engine_add_flags(eng, BR_OPT_FAIL_ON_ALPN_MISMATCH);
	return 0;
}

/* see abi.h */
const char *
engine_protocol(void)
{
	const char *name =
		br_ssl_engine_get_selected_protocol(&conn.side.engine);

	return name != NULL ? name : "";
}
