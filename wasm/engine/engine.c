/*
 * The engine's life: configuration, four channels, close, state.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"
#include "inner.h"

#define SEED_LENGTH 32

connection conn;

/* Length of what engine_buf last returned. */
static size_t buf_length;

/* see abi.h */
void *
engine_alloc(size_t len)
{
	return arena_alloc(len);
}

/* see abi.h */
int
engine_add_certificate(const void *der, size_t len)
{
	if (conn.chain_len == CHAIN_MAX) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	conn.chain[conn.chain_len].data = (unsigned char *)der;
	conn.chain[conn.chain_len].data_len = len;
	conn.chain_len++;
	return 0;
}

/*
 * How many bytes of the input buffer are the peer's close_notify, and what
 * comes after it in a record of alerts? (RFC 5246, 7.2: level, then
 * description; `alert` is the level when a record ended after it.)
 */
static size_t
close_notify_waits(const br_ssl_engine_context *eng)
{
	size_t description = eng->alert != 0 ? 0 : 1;

	if (eng->record_type_in != BR_SSL_ALERT) {
		return 0;
	}
	for (; description < eng->hlen_in; description += 2) {
		if (eng->hbuf_in[description] == 0) {
			size_t level = description == 0 ? 0 : description - 1;

			return eng->hlen_in - level;
		}
	}
	return 0;
}

/*
 * Stands before BearSSL's handshake processor, which answers close_notify
 * at once and then takes no more application data. A peer that says "no
 * more from me" would lose the reply that is still on its way; so the
 * alert stays in the input buffer, unread, until engine_close; alerts before
 * it are read. What goes out is not concerned: the two buffers are disjoint.
 */
static void
hold_close_notify(void *t0ctx)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	int holds = !conn.closing && eng->application_data == 1;
	size_t held = holds ? close_notify_waits(eng) : 0;

	if (held > 0) {
		conn.peer_closed = 1;
		if (held == eng->hlen_in) {
			return;
		}
	}
	eng->hlen_in -= held;
	run_without_requests(t0ctx);
	eng->hlen_in += held;
}

static int
server_begin(void)
{
	br_ssl_server_context *server = &conn.side.server;
	int err = policy_install(server);

	if (err != 0) {
		return err;
	}
	if (!br_ssl_server_reset(server)) {
		return br_ssl_engine_last_error(&server->eng);
	}

	name_forget(&server->eng);

	/*
	 * BearSSL 0.6 leaves the version of an early alert's record at 0.0,
	 * which clients take for garbage; RFC 5246, E.1, has them expect the
	 * oldest.
	 */
	server->eng.version_out = BR_TLS10;
	return 0;
}

/* see connection.h */
int
connection_begin(void)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	int err;

	br_ssl_engine_set_buffer(eng, conn.records, sizeof conn.records, 1);
	err = conn.is_client ? client_begin() : server_begin();
	conn.run = eng->hsrun;
	eng->hsrun = &hold_close_notify;
	return err;
}

/* see abi.h */
int
engine_start(void *seed)
{
	int waits = !conn.is_client && conn.chain_len == 0;
	int err = waits ? hello_keep() : 0;

	br_ssl_engine_inject_entropy(&conn.side.engine, seed, SEED_LENGTH);
	memset(seed, 0, SEED_LENGTH);
	arena_close();
	return err != 0 ? err : connection_begin();
}

/*
 * Records in the order of their numbers, which go into their protection:
 * close_notify, once it is there, is before whatever BearSSL says after it.
 */
static unsigned char *
sendrec_buf(br_ssl_engine_context *eng)
{
	const goodbye *bye = &conn.goodbye;
	unsigned char *record;

	if (bye->record_len == 0) {
		last_words_prepare();
		if (conn.last.prepared) {
			return last_words_buf(&buf_length);
		}
		record = br_ssl_engine_sendrec_buf(eng, &buf_length);
		if (record != NULL) {
			return record;
		}
		goodbye_prepare();
	}
	buf_length = bye->record_len;
	return buf_length > 0 ? bye->record : NULL;
}

static void
sendrec_ack(br_ssl_engine_context *eng, size_t len)
{
	if (conn.goodbye.record_len > 0) {
		goodbye_ack(len);
	} else if (conn.last.prepared) {
		last_words_ack(len);
	} else {
		br_ssl_engine_sendrec_ack(eng, len);
	}
}

/* see abi.h */
unsigned char *
engine_buf(uint32_t channel)
{
	br_ssl_engine_context *eng = &conn.side.engine;

	if (conn.hello.state == HELLO_UNDERSTOOD) {
		buf_length = 0;
		return NULL;
	}
	switch (channel) {
	case ENGINE_SENDREC:
		return sendrec_buf(eng);
	case ENGINE_RECVREC:
		return br_ssl_engine_recvrec_buf(eng, &buf_length);
	case ENGINE_SENDAPP:
		if (conn.goodbye.wanted) {
			buf_length = 0;
			return NULL;
		}
		return br_ssl_engine_sendapp_buf(eng, &buf_length);
	case ENGINE_RECVAPP:
		return br_ssl_engine_recvapp_buf(eng, &buf_length);
	default:
		__builtin_trap();
	}
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
	br_ssl_engine_context *eng = &conn.side.engine;

	/* BearSSL's behaviour is undefined for more than there is, or 0. */
	unsigned char *moved = engine_buf(channel);
	if (len == 0 || len > buf_length) {
		__builtin_trap();
	}
	switch (channel) {
	case ENGINE_SENDREC:
		sendrec_ack(eng, len);
		break;
	case ENGINE_RECVREC:
		hello_append(moved, len);
		br_ssl_engine_recvrec_ack(eng, len);
		break;
	case ENGINE_SENDAPP:
		br_ssl_engine_sendapp_ack(eng, len);
		break;
	case ENGINE_RECVAPP:
		br_ssl_engine_recvapp_ack(eng, len);
		break;
	}
}

/* see abi.h */
void
engine_flush(void)
{
	br_ssl_engine_flush(&conn.side.engine, 0);
}

/* see abi.h */
void
engine_close(void)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	size_t len;

	/* close_notify is said once. */
	if (conn.goodbye.wanted) {
		return;
	}

	/* BearSSL 0.6 would wait for this data to be read first. */
	if (br_ssl_engine_recvapp_buf(eng, &len) != NULL) {
		br_ssl_engine_recvapp_ack(eng, len);
	}
	conn.closing = 1;
	br_ssl_engine_close(eng);
}

/* see abi.h */
uint32_t
engine_state(void)
{
	const br_ssl_engine_context *eng = &conn.side.engine;
	uint32_t state = 0;

	if (conn.hello.state == HELLO_UNDERSTOOD) {
		return ENGINE_AWAITS_CHAIN;
	}
	if (br_ssl_engine_closed(eng)) {
		state |= ENGINE_CLOSED;
	}
	if (eng->application_data != 0) {
		state |= ENGINE_ESTABLISHED;
	}
	if (conn.peer_closed) {
		state |= ENGINE_PEER_CLOSED;
	}

	/* BearSSL counts a record's bytes from its header's first one. */
	if (eng->ixa != 0) {
		state |= ENGINE_IN_RECORD;
	}
	return state;
}

/* see abi.h */
int
engine_last_error(void)
{
	return br_ssl_engine_last_error(&conn.side.engine);
}
