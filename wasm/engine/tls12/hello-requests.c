/*
 * A server's HelloRequest while there is a handshake already: the client
 * ignores it, and it is no part of what Finished proves (RFC 5246,
 * 7.4.1.1). BearSSL 0.6 ignores it, but hashes it, so that Finished matches
 * on neither side; so BearSSL doesn't get to see it.
 *
 * BearSSL also ignores one that a client sends, as often as it comes. Only
 * servers may send it, so from a client it is unexpected_message.
 */
#include <string.h>
#include "engine/connection.h"
#include "inner.h"
#include "context.h"
#include "message-place.h"

#define HELLO_REQUEST 0
#define SERVER_HELLO 2

static message_place at;
static int handshake_over;

/* Takes what the input has of a HelloRequest at its beginning. */
static void
drop_requests(br_ssl_engine_context *eng)
{
	while (eng->hlen_in > 0) {
		int begins = at.header == 0 && *eng->hbuf_in == HELLO_REQUEST;
		int goes_on = at.header > 0 && at.type == HELLO_REQUEST;

		if (!begins && !goes_on) {
			return;
		}
		message_step(&at, *eng->hbuf_in);
		eng->hbuf_in++;
		eng->hlen_in--;
		if (at.due > 0) {
			br_ssl_engine_fail(eng, BR_ERR_BAD_HANDSHAKE);
			return;
		}
	}
}

/* A client must not send one at all. */
static void
refuse_requests(br_ssl_engine_context *eng)
{
	if (at.header == 0 && eng->hlen_in > 0 &&
		*eng->hbuf_in == HELLO_REQUEST) {
		br_ssl_engine_fail(eng, BR_ERR_UNEXPECTED);
	}
}

/* Has a ServerHello come, and nothing behind it? */
static int
is_behind_hello(const message_place *p)
{
	return p->type == SERVER_HELLO && p->done > 0 && p->header == 0;
}

/* How much of the input comes before the next HelloRequest, or up to the end
   of a ServerHello: BearSSL would answer a whole flight before we look. */
static size_t
length_to_pause(const br_ssl_engine_context *eng)
{
	message_place p = at;
	size_t len;

	for (len = 0; len < eng->hlen_in; len++) {
		unsigned char byte = eng->hbuf_in[len];

		if (p.header == 0 && byte == HELLO_REQUEST) {
			break;
		}
		message_step(&p, byte);
		if (is_behind_hello(&p)) {
			return len + 1;
		}
	}
	return len;
}

/* Of so much of the input, which BearSSL has not read yet. */
static void
judge_server(const unsigned char *input, size_t len)
{
	message_place p = at;
	size_t u;

	for (u = 0; u < len; u++) {
		message_step(&p, input[u]);
		server_rules_hear(p.type, p.done, input[u]);
		if (p.header == 0) {
			server_rules_judge(p.type, p.done);
		}
	}
}

/* Lets BearSSL have so much of the input. Returns how much it took. */
static size_t
run_with(br_ssl_engine_context *eng, void *t0ctx, size_t len)
{
	const unsigned char *input = eng->hbuf_in;
	size_t kept_back = eng->hlen_in - len;
	size_t taken, u;

	judge_server(input, len);
	if (br_ssl_engine_closed(eng)) {
		return 0;
	}
	eng->hlen_in = len;
	run_without_pss(t0ctx);
	taken = len - eng->hlen_in;
	eng->hlen_in += kept_back;
	for (u = 0; u < taken; u++) {
		message_step(&at, input[u]);
		heed_message(at.type, at.done, input[u]);
	}
	if (is_behind_hello(&at)) {
		sentinel_judge();
	}
	return taken;
}

/* see context.h */
void
hello_requests_forget(void)
{
	memset(&at, 0, sizeof at);
	handshake_over = 0;
}

/* see context.h */
void
run_without_requests(void *t0ctx)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	size_t len, taken;

	/* After the handshake, BearSSL has to answer it, or refuses it. */
	if (handshake_over || eng->record_type_in != BR_SSL_HANDSHAKE) {
		run_without_pss(t0ctx);
		return;
	}
	do {
		if (conn.is_client) {
			drop_requests(eng);
		} else {
			refuse_requests(eng);
		}
		if (br_ssl_engine_closed(eng)) {
			return;
		}
		len = length_to_pause(eng);
		taken = run_with(eng, t0ctx, len);
		handshake_over = eng->application_data == 1;
	} while (taken > 0 && taken == len && eng->hlen_in > 0 &&
		 !handshake_over && !br_ssl_engine_closed(eng));
}
