/*
 * See protocols.h.
 */
#include <string.h>
#include "check.h"
#include "protocols.h"
#include "engine/abi.h"

#define HEADER 5
#define CHANGE_CIPHER_SPEC 20
#define HANDSHAKE 22
#define NAME_MAX 255
#define TLS13 0x0304

static int
offers(const role *is, const char *protocol)
{
	size_t u;

	for (u = 0; u < PROTOCOLS_OFFERED && is->protocols[u] != NULL; u++) {
		if (strcmp(is->protocols[u], protocol) == 0) {
			return 1;
		}
	}
	return 0;
}

/* see protocols.h */
const char *
protocols_agreed(const role *server, const role *client)
{
	size_t u;

	if (server->protocols[0] == NULL || client->protocols[0] == NULL) {
		return "";
	}
	for (u = 0; u < PROTOCOLS_OFFERED && server->protocols[u]; u++) {
		if (offers(client, server->protocols[u])) {
			return server->protocols[u];
		}
	}
	return NULL;
}

/* A name is after its length; and a message may be in several records. */
static int
names(const uint8_t *said, size_t len, const char *protocol)
{
	static unsigned char messages[1 << 20];
	unsigned char name[1 + NAME_MAX];
	size_t name_len = 1 + strlen(protocol), have = 0, u;

	CHECK(len <= sizeof messages && name_len <= sizeof name);
	name[0] = (unsigned char)(name_len - 1);
	memcpy(name + 1, protocol, name_len - 1);
	while (len >= HEADER && said[0] != CHANGE_CIPHER_SPEC) {
		size_t body = (size_t)said[3] << 8 | said[4];

		if (body > len - HEADER) {
			body = len - HEADER;
		}
		if (said[0] == HANDSHAKE) {
			memcpy(messages + have, said + HEADER, body);
			have += body;
		}
		said += HEADER + body;
		len -= HEADER + body;
	}
	for (u = 0; u + name_len <= have; u++) {
		if (memcmp(messages + u, name, name_len) == 0) {
			return 1;
		}
	}
	return 0;
}

/* see protocols.h */
void
protocols_check(const role *is, const uint8_t *peer_said, size_t len)
{
	const char *chosen = engine_protocol();
	int is_sealed = is->is_client && engine_version() == TLS13;

	CHECK(chosen[0] == 0 ||
		(offers(is, chosen) &&
			(is_sealed || names(peer_said, len, chosen))));
}
