/*
 * A server's handshake: a sequence of steps, each of which may have to wait for
 * the network or for the host.
 */
#include <string.h>
#include "bearssl.h"
#include "inner.h"
#include "choice.h"
#include "context.h"
#include "finished.h"
#include "labels.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/wipe.h"

/* see context.h */
void
server_expect_hello(void)
{
	tls13.expects = EXPECTS_CLIENT_HELLO;
	tls13.step = STEP_WAITS;
	tls13.in.plain_alerts = 1;
}

static void
write_with(void (*write)(writer *out))
{
	writer out;

	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	write(&out);
	flight_scratch(out.len);
}

static void
write_finished(writer *out)
{
	const br_hash_class *hash = tls13.suite->hash;
	size_t len = label_hash_len(hash);
	unsigned char value[SUITE_HASH_MAX];

	transcript_hash(&tls13.transcript, value);
	writer_u8(out, MESSAGE_FINISHED);
	writer_u24(out, (uint32_t)len);
	finished_sum(hash, tls13.secrets.server, value, writer_room(out, len));
}

/* The client's turn. */
static void
expect_flight(void)
{
	tls13.expects = EXPECTS_CLIENT_FINISHED;
	if (conn.peer != NULL && !tls13.resumed) {
		tls13.expects = EXPECTS_CLIENT_CERTIFICATE;
		certificate_read_begin();
	}
}

/* All tickets are sealed: from here on the keeper is not needed. */
static void
open_connection(void)
{
	wipe(tls13.secrets.resumption, sizeof tls13.secrets.resumption);
	wipe(tls13.scratch, sizeof tls13.scratch);
	tls13.expects = EXPECTS_DATA;
}

/* see context.h */
int
server_take_ticket(size_t len)
{
	tls13.waits_for_keeper = 0;
	if (tls13.step == STEP_PSK) {
		return psk_take(len);
	}
	tickets_take(len);
	return 0;
}

/* see context.h */
void
server_forgo_tickets(void)
{
	tls13.waits_for_keeper = 0;
	tls13.tickets_due = 0;
	tls13.step = STEP_WAITS;
	open_connection();
}

/* With a ticket of ours there is nothing to sign; without one there is. */
static int
full_handshake(void)
{
	tls13.step = STEP_HELLO;
	return tls13.has_schemes ? choose_scheme() : ERR_MISSING_EXTENSION;
}

/* see context.h */
int
server_take_signature(size_t len)
{
	tls13.step = STEP_FINISHED;
	return signature_write(len);
}

/* The next step, the message before being through. */
static int
take_step(void)
{
	switch (tls13.step) {
	case STEP_RETRY:
		transcript_retry(&tls13.transcript);
		write_with(&server_write_retry);
		tls13.step = STEP_RETRIED;
		return 0;
	case STEP_RETRIED:
		server_write_ccs();
		tls13.retried = 1;
		tls13.expects = EXPECTS_SECOND_CLIENT_HELLO;
		tls13.step = STEP_WAITS;
		return 0;
	case STEP_CHAIN:
		tls13.step = STEP_PSK;
		return 0;
	case STEP_PSK:
		if (tls13.resumed) {
			tls13.step = STEP_HELLO;
		} else if (!psk_ask()) {
			tls13.step = STEP_SCHEME;
		}
		return 0;
	case STEP_SCHEME:
		return full_handshake();
	case STEP_HELLO:
		write_with(&server_write_hello);
		tls13.step = STEP_HANDSHAKE_KEYS;
		return 0;
	case STEP_HANDSHAKE_KEYS:
		tls13.step = STEP_EXTENSIONS;
		return server_take_handshake_keys();
	case STEP_EXTENSIONS:
		write_with(&server_write_extensions);
		if (tls13.resumed) {
			tls13.step = STEP_FINISHED;
		} else {
			tls13.step = conn.peer != NULL ? STEP_REQUEST
						       : STEP_CERTIFICATE;
		}
		return 0;
	case STEP_REQUEST:
		flight_begin(&certificate_request_source);
		tls13.step = STEP_CERTIFICATE;
		return 0;
	case STEP_CERTIFICATE:
		flight_begin(&certificate_source);
		tls13.step = STEP_ATTEST;
		return 0;
	case STEP_ATTEST:
		signature_ask();
		return 0;
	case STEP_FINISHED:
		write_with(&write_finished);
		tls13.step = STEP_APPLICATION_KEYS;
		return 0;
	case STEP_APPLICATION_KEYS:
		server_take_application_keys();
		expect_flight();
		tls13.step = STEP_WAITS;
		return 0;
	case STEP_DONE:
		tls13.step = STEP_TICKETS;
		return server_take_client_keys();
	case STEP_TICKETS:
		if (!tickets_ask()) {
			tls13.step = STEP_OPEN;
		}
		return 0;
	case STEP_OPEN:
		tls13.step = STEP_WAITS;
		open_connection();
		return 0;
	default:
		__builtin_trap();
	}
}

/* see context.h */
int
server_go_on(void)
{
	while (flight_run()) {
		int err;

		if (tls13.step == STEP_WAITS || tls13.waits_for_keeper) {
			return 0;
		}
		if (tls13.step == STEP_CHAIN && conn.chain_len == 0) {
			tls13.waits_for_chain = 1;
			tls13.name_is_ours = tls13.server_name[0] != 0;
			return 0;
		}
		err = take_step();
		if (err != 0) {
			return err;
		}
	}
	return 0;
}
