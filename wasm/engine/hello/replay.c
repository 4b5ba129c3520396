/*
 * A chain that depends on the server name. BearSSL asks for a choice in the
 * middle of the ClientHello's processing, where nobody can be waited for. So
 * the first time the choice fails; the host reads the name, puts the right
 * chain in place, and the same records are processed once more from the
 * start, as if the chain had always been there.
 */
#include <string.h>
#include "engine/abi.h"
#include "arena.h"
#include "engine/connection.h"
#include "inner.h"

/* Several times what any client sends before our first flight. */
#define HELLO_MAX 65536

/* see connection.h */
int
hello_keep(void)
{
	conn.hello.records = arena_alloc(HELLO_MAX);
	if (conn.hello.records == NULL) {
		return BR_ERR_LIMIT_EXCEEDED;
	}
	conn.hello.state = HELLO_KEPT;
	return 0;
}

/* see connection.h */
void
hello_append(const unsigned char *records, size_t len)
{
	if (conn.hello.state != HELLO_KEPT) {
		return;
	}
	if (conn.hello.len + len > HELLO_MAX) {
		br_ssl_engine_fail(&conn.side.engine, BR_ERR_LIMIT_EXCEEDED);
		return;
	}
	memcpy(conn.hello.records + conn.hello.len, records, len);
	conn.hello.len += len;
}

/* The same bytes lead to the same state: as many are taken as before. */
static int
replay(void)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	const unsigned char *records = conn.hello.records;
	size_t left = conn.hello.len;

	while (left > 0) {
		size_t room;
		unsigned char *p = br_ssl_engine_recvrec_buf(eng, &room);

		if (p == NULL) {
			return BR_ERR_BAD_STATE;
		}
		if (room > left) {
			room = left;
		}
		memcpy(p, records, room);
		br_ssl_engine_recvrec_ack(eng, room);
		records += room;
		left -= room;
	}
	return 0;
}

/* see abi.h */
int
engine_continue(void)
{
	int err;

	if (conn.hello.state != HELLO_UNDERSTOOD || conn.chain_len == 0) {
		return BR_ERR_BAD_STATE;
	}
	conn.hello.state = HELLO_NOT_KEPT;
	err = connection_begin();
	return err != 0 ? err : replay();
}

/* see abi.h */
void
engine_refuse(uint32_t alert)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	unsigned version = eng->version_out;

	if (conn.hello.state != HELLO_UNDERSTOOD) {
		__builtin_trap();
	}
	conn.hello.state = HELLO_NOT_KEPT;

	/* BearSSL's own alert, for the choice that failed, is forgotten. */
	br_ssl_server_reset(&conn.side.server);
	eng->version_out = version;
	conn.last.refused = (int)alert;
	br_ssl_engine_fail(eng, BR_ERR_SEND_FATAL_ALERT + (int)alert);
}
