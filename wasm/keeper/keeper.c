/*
 * The keeper's exports: a mailbox and a growing list of keys.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "crypto/wipe.h"
#include "key.h"

static unsigned char mailbox[KEEPER_MAILBOX];
static private_key **keys;
static uint32_t keys_used, keys_max;
static ticket_ring ring;

/* Room for one more pointer in the table; it doubles when full. */
static int
table_reserve(void)
{
	uint32_t max;
	private_key **grown;

	if (keys_used < keys_max) {
		return 1;
	}
	max = keys_max == 0 ? 16 : keys_max << 1;
	grown = arena_alloc(max * sizeof *grown);
	if (grown == NULL) {
		return 0;
	}
	if (keys_used > 0) {
		memcpy(grown, keys, keys_used * sizeof *grown);
	}
	keys = grown;
	keys_max = max;
	return 1;
}

static private_key *
key_of(uint32_t handle)
{
	if (handle >= keys_used) {
		__builtin_trap();
	}
	return keys[handle];
}

static void
check_length(size_t len)
{
	if (len > sizeof mailbox) {
		__builtin_trap();
	}
}

/* see abi.h */
void *
keeper_mailbox(void)
{
	return mailbox;
}

/* see abi.h */
int32_t
keeper_load(size_t len)
{
	private_key *key;
	int err;

	check_length(len);
	key = table_reserve() ? arena_alloc(sizeof *key) : NULL;
	err = key == NULL ? KEEPER_NO_MEMORY : key_decode(key, mailbox, len);
	wipe(mailbox, len);
	if (err != 0) {
		return err;
	}
	keys[keys_used] = key;
	return (int32_t)keys_used++;
}

/* see abi.h */
int32_t
keeper_match(uint32_t handle, size_t len)
{
	check_length(len);
	return key_match(key_of(handle), mailbox, len);
}

/* see abi.h */
int32_t
keeper_match_claim(uint32_t handle, size_t len)
{
	check_length(len);
	return key_match_claim(key_of(handle), mailbox, len);
}

/* see abi.h */
size_t
keeper_sign(uint32_t handle, uint32_t hash, size_t len)
{
	check_length(len);
	return key_sign(key_of(handle), hash, mailbox, len);
}

/* see abi.h */
size_t
keeper_attest(uint32_t handle, uint32_t role, uint32_t scheme, size_t len)
{
	check_length(len);
	return key_attest(key_of(handle), role, scheme, mailbox, len);
}

/* see abi.h */
size_t
keeper_seal(uint32_t handle, uint32_t period, size_t len)
{
	check_length(len);
	return handle == KEEPER_RING
		       ? ticket_ring_seal(&ring, mailbox, len)
		       : key_seal(key_of(handle), period, mailbox, len);
}

/* see abi.h */
size_t
keeper_open(uint32_t handle, uint32_t period, size_t len)
{
	check_length(len);
	return handle == KEEPER_RING
		       ? ticket_ring_open(&ring, mailbox, len)
		       : key_open(key_of(handle), period, mailbox, len);
}

/* see abi.h */
int32_t
keeper_load_tickets(size_t len)
{
	int err;

	check_length(len);
	err = ticket_file_decode(&ring, mailbox, len);
	wipe(mailbox, len);
	if (err != 0) {
		wipe(&ring, sizeof ring);
	}
	return err;
}

/* see abi.h */
void
keeper_draw_tickets(void)
{
	ticket_ring_add(&ring, mailbox, 32);
	wipe(mailbox, 32);
}

/* see abi.h */
size_t
keeper_decrypt(uint32_t handle, size_t len)
{
	check_length(len);
	return key_decrypt(key_of(handle), mailbox, len);
}
