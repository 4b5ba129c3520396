/*
 * Secrets for debuggers, where the host has asked for them before the start.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"

/* Of a secret and its length. */
#define SLOT (1 + ENGINE_SECRET_MAX)

/* see abi.h */
unsigned char *
engine_keep_secrets(void)
{
	conn.secrets_room = arena_alloc(ENGINE_SECRETS_ROOM);
	return conn.secrets_room;
}

/* see connection.h */
void
key_log_random(const unsigned char *random)
{
	if (conn.secrets_room != NULL) {
		memcpy(conn.secrets_room, random, ENGINE_RANDOM_LEN);
	}
}

/* see connection.h */
void
key_log_secret(unsigned which, const unsigned char *secret, size_t len)
{
	unsigned char *slot = conn.secrets_room;

	if (slot != NULL) {
		slot += ENGINE_RANDOM_LEN + which * SLOT;
		slot[0] = (unsigned char)len;
		memcpy(slot + 1, secret, len);
	}
}
