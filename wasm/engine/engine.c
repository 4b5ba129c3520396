/*
 * The engine's life: it starts, four channels, close, state. Everything is
 * handed on to the protocol that is spoken; what is checked here holds for
 * all of them.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"
#include "crypto/wipe.h"
#include "hello/hello-room.h"
#include "hello/kept-records.h"

#define VERSION_TLS13 0x0304

/* Length of what engine_buf last returned. */
static size_t buf_length;

/*
 * Groups for TLS 1.3 alone leave nothing for older versions, whose curves have
 * small numbers.
 */
static int
has_groups_for_older(void)
{
	size_t u;

	for (u = 0; u < conn.groups_len; u++) {
		if (conn.groups[u] < 32) {
			return 1;
		}
	}
	return conn.groups_len == 0;
}

/* What either side speaks depends on what the other one says. */
static const protocol *
first_protocol(void)
{
	if (conn.offer.min_version >= VERSION_TLS13) {
		return &protocol_tls13;
	}
	if (!conn.is_client) {
		return &protocol_undecided;
	}
	return conn.offer.max_version >= VERSION_TLS13
		       ? &protocol_undecided_client
		       : protocol_tls12();
}

/* In bytes: until it is known what is spoken. */
static size_t
records_to_keep(void)
{
	if (conn.speaks == &protocol_undecided_client) {
		return KEPT_FOR_AN_ANSWER;
	}
	return conn.speaks == &protocol_undecided ? KEPT_HELLO_MAX : 0;
}

/* see abi.h */
int
engine_start(void *seed)
{
	int err = 0;

	if (conn.is_client && conn.offer.max_version >= VERSION_TLS13 &&
		!has_groups_for_older()) {
		conn.offer.min_version = VERSION_TLS13;
	}
	conn.speaks = first_protocol();
	/* Right behind the chain, in a page of memory that is touched anyhow. */
	if (records_to_keep() > 0) {
		err = kept_records_begin(records_to_keep());
	}
	if (err == 0) {
		err = hello_room_begin(
			conn.is_client ? HELLO_ROOM_CLIENT : HELLO_ROOM_SERVER);
	}

	random_seed(&conn.random, seed);
	wipe(seed, RANDOM_SEED);
	arena_close();
	if (err == 0 && conn.chain_len > 0) {
		err = own_chain_read();
	}
	return err != 0 ? err : conn.speaks->start();
}

/* see abi.h */
int
engine_continue(void)
{
	int err;

	if ((engine_state() & ENGINE_AWAITS_CHAIN) == 0 ||
		conn.chain_len == 0) {
		return BR_ERR_BAD_STATE;
	}
	err = own_chain_read();
	return err != 0 ? err : conn.speaks->resume_with_chain();
}

/* see abi.h */
void
engine_refuse(uint32_t alert)
{
	uint32_t state = engine_state();

	if ((state & (ENGINE_AWAITS_CHAIN | ENGINE_ESTABLISHED)) == 0 ||
		(state & ENGINE_CLOSED) != 0) {
		__builtin_trap();
	}
	conn.speaks->refuse(alert);
}

/* see abi.h */
unsigned char *
engine_buf(uint32_t channel)
{
	if (channel > ENGINE_RECVAPP) {
		__builtin_trap();
	}
	return conn.speaks->buf(channel, &buf_length);
}

/* see abi.h */
size_t
engine_buf_length(void)
{
	return buf_length;
}

/* see abi.h */
void
engine_ack(uint32_t channel, size_t len)
{
	/* BearSSL's behaviour is undefined for more than there is, or 0. */
	engine_buf(channel);
	if (len == 0 || len > buf_length) {
		__builtin_trap();
	}
	conn.speaks->ack(channel, len);
}

/* see abi.h */
void
engine_flush(void)
{
	conn.speaks->flush();
}

/* see abi.h */
void
engine_close(void)
{
	conn.speaks->close();
}

/* see abi.h */
void
engine_end(void)
{
	conn.speaks->end();
}

/* see abi.h */
uint32_t
engine_state(void)
{
	return conn.speaks->state();
}

/* see abi.h */
int
engine_last_error(void)
{
	return conn.speaks->last_error();
}

/* see abi.h */
int
engine_alert_sent(void)
{
	return conn.speaks->alert_sent();
}
