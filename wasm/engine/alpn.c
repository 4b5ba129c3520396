/*
 * What is spoken inside of TLS (ALPN, RFC 7301).
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"

/* The longest name (RFC 7301, 3.1). */
#define PROTOCOL_MAX 255

/* see abi.h */
int
engine_add_protocol(const void *protocol, size_t len)
{
	char *name;

	/* BearSSL's names are strings, and end with a NUL. */
	if (len == 0 || len > PROTOCOL_MAX ||
		conn.protocols_len == PROTOCOLS_MAX ||
		memchr(protocol, 0, len) != NULL) {
		return BR_ERR_BAD_PARAM;
	}
	name = arena_alloc(len + 1);
	if (name == NULL) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	memcpy(name, protocol, len);
	conn.protocols[conn.protocols_len++] = name;
	return 0;
}
