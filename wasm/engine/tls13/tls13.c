/*
 * TLS 1.3 as a protocol of this engine: channels, close, state. What any of
 * the other files found wrong ends the connection here, and nowhere else.
 */
#include <string.h>
#include "engine/alerts.h"
#include "bearssl.h"
#include "client.h"
#include "context.h"
#include "groups.h"
#include "labels.h"
#include "schemes.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/protocol.h"
#include "crypto/wipe.h"

#define ALERT_WARNING 1
#define ALERT_FATAL 2
#if RECORD_IN_SIZE + RECORD_OUT_SIZE > BR_SSL_BUFSIZE_BIDI
#error "the records don't fit"
#endif

static int
start(void)
{
	wipe(&tls13, sizeof tls13);
	record_in_init(&tls13.in, conn.records);
	record_out_init(&tls13.out, conn.records + RECORD_IN_SIZE);
	if (conn.is_client) {
		return client_greet();
	}
	server_expect_hello();
	return 0;
}

static void
say(unsigned level, unsigned description)
{
	const unsigned char alert[2] = {
		(unsigned char)level, (unsigned char)description};

	record_out_put(&tls13.out, RECORD_ALERT, alert, sizeof alert);
}

/*
 * The end, if there is an error: what was gathered is not sent, an alert is,
 * and no secret is left. (see protocol.h)
 */
void
tls13_fail(int error)
{
	if (error == 0 || tls13.error != 0) {
		return;
	}
	tls13.error = error;
	record_out_drop(&tls13.out);
	tls13.flight.source = NULL;
	tls13.alert_sent = alert_for(error);
	if (tls13.alert_sent != 0) {
		say(ALERT_FATAL, tls13.alert_sent);
	}
	wipe(&tls13.secrets, sizeof tls13.secrets);
	wipe(&tls13.in.keys, sizeof tls13.in.keys);
	wipe(&tls13.out.keys, sizeof tls13.out.keys);
	wipe(tls13.shared, sizeof tls13.shared);
	client_session_forget();
	wipe(client.private_key, sizeof client.private_key);
	wipe(client.seed, sizeof client.seed);
	wipe(client.hello, sizeof client.hello);
}

static void
say_close_notify(void)
{
	tls13.close_said = 1;
	say(ALERT_WARNING, CLOSE_NOTIFY);
}

/* Is our last word said? */
static int
is_over(void)
{
	return tls13.error != 0 || tls13.close_said;
}

/* The record of data that was gathered goes to the network. */
static void
flush(void)
{
	if (tls13.out.type == RECORD_DATA && tls13.out.len > 0) {
		tickets_write();
		key_update_write();
		record_out_seal(&tls13.out);
	}
}

/* May the peer speak now? */
static int
may_receive(void)
{
	return tls13.error == 0 && !tls13.peer_closed &&
	       tls13.expects != EXPECTS_NOTHING;
}

static int
may_send(void)
{
	return tls13.error == 0 && !tls13.close_said &&
	       tls13.expects == EXPECTS_DATA;
}

static unsigned char *
received_data(size_t *len)
{
	const record_in *in = &tls13.in;

	if (tls13.error != 0 || !in->is_open || in->type != RECORD_DATA) {
		return NULL;
	}
	*len = in->left;
	return (unsigned char *)in->content;
}

static unsigned char *
buf(uint32_t channel, size_t *len)
{
	*len = 0;
	switch (channel) {
	case ENGINE_SENDREC:
		return record_out_buf(&tls13.out, len);
	case ENGINE_RECVREC:
		return may_receive() ? record_in_room(&tls13.in, len) : NULL;
	case ENGINE_SENDAPP:
		return may_send()
			       ? record_out_room(&tls13.out, RECORD_DATA, len)
			       : NULL;
	default:
		return received_data(len);
	}
}

/* Before there is a connection, close_notify ends both directions. */
static void
answer_early_close(void)
{
	if (tls13.peer_closed && tls13.expects != EXPECTS_DATA &&
		!tls13.close_said) {
		tls13.closing = 1;
		say_close_notify();
	}
}

static void
receive(size_t len)
{
	int err = record_in_ack(&tls13.in, len);

	if (err == 0) {
		err = dispatch();
	}
	tls13_fail(err);
	answer_early_close();
}

static void
ack(uint32_t channel, size_t len)
{
	size_t room;

	switch (channel) {
	case ENGINE_SENDREC:
		record_out_ack(&tls13.out, len);
		if (!is_over()) {
			tls13_fail(handshake_go_on());
		}
		break;
	case ENGINE_RECVREC:
		receive(len);
		break;
	case ENGINE_SENDAPP:
		buf(ENGINE_SENDAPP, &room);
		record_out_add(&tls13.out, len);
		if (len == room) {
			flush();
		}
		break;
	default:
		record_in_take(&tls13.in, len);
		break;
	}
}

/* Nothing more is to be said. */
static void
stop_sending(void)
{
	flush();
	tls13.flight.source = NULL;
	if (tls13.waits_for_keeper && tls13.request == ENGINE_REQUEST_SEAL &&
		!conn.is_client) {
		server_forgo_tickets();
	}
	say_close_notify();
}

static void
close(void)
{
	size_t len;

	if (tls13.error != 0 || tls13.close_said) {
		return;
	}
	if (received_data(&len) != NULL) {
		record_in_take(&tls13.in, len);
	}
	tls13.closing = 1;
	stop_sending();
}

static void
end(void)
{
	if (may_send()) {
		stop_sending();
	}
}

static int
is_closed(void)
{
	size_t unsent;

	record_out_buf(&tls13.out, &unsent);
	return tls13.error != 0 ||
	       (tls13.closing && tls13.peer_closed && unsent == 0);
}

static uint32_t
state(void)
{
	uint32_t state = 0;

	if (is_closed()) {
		state |= ENGINE_CLOSED;
	} else if (tls13.waits_for_chain) {
		state |= ENGINE_AWAITS_CHAIN;
	} else if (tls13.waits_for_keeper) {
		state |= ENGINE_AWAITS_KEEPER;
	}
	if (tls13.expects == EXPECTS_DATA) {
		state |= ENGINE_ESTABLISHED;
	}
	if (tls13.peer_closed) {
		state |= ENGINE_PEER_CLOSED;
	}
	if (tls13.in.have > 0) {
		state |= ENGINE_IN_RECORD;
	}
	return state;
}

static int
last_error(void)
{
	return tls13.error;
}

static int
alert_sent(void)
{
	/* One that was chosen outside is in the error. */
	return tls13.error < BR_ERR_SEND_FATAL_ALERT ? (int)tls13.alert_sent
						     : 0;
}

static void
facts(session_facts *known)
{
	known->version = VERSION_TLS13;
	known->suite = tls13.suite != NULL ? tls13.suite->id : 0;
	known->group = tls13.group != NULL ? tls13.group->id : 0;
	known->resumed = tls13.resumed;
	known->server_name = tls13.server_name;
	known->application_protocol =
		tls13.protocol != NULL ? tls13.protocol : "";
}

/* A client's, for the host. */
static int
has_session(void)
{
	return conn.is_client && tls13.request == ENGINE_REQUEST_SEAL;
}

static void
request(host_request *wanted)
{
	wanted->what = tls13.request;
	wanted->scheme =
		tls13.request == ENGINE_REQUEST_ATTEST ? tls13.scheme->id : 0;
	wanted->room = SIGNATURE_MAX;
	if (has_session()) {
		wanted->data = client.hello;
		wanted->len = client.hello_len;
	} else {
		wanted->data = tls13.scratch;
		wanted->len = tls13.scratch_len;
	}
}

static void
answer(size_t len)
{
	int err;

	if (has_session()) {
		client_session_taken();
		tls13_fail(dispatch());
		return;
	}

	/* After close_notify nothing else is said. */
	if (is_over()) {
		return;
	}
	if (tls13.request != ENGINE_REQUEST_ATTEST) {
		err = server_take_ticket(len);
		tls13_fail(err != 0 ? err : handshake_go_on());
		return;
	}
	err = conn.is_client ? client_take_signature(len)
			     : server_take_signature(len);
	tls13_fail(err != 0 ? err : handshake_go_on());
}

static int
resume_with_chain(void)
{
	tls13.waits_for_chain = 0;
	if (!is_over()) {
		tls13_fail(server_go_on());
	}
	return 0;
}

static void
refuse(unsigned alert)
{
	tls13_fail(BR_ERR_SEND_FATAL_ALERT + (int)alert);
}

const protocol protocol_tls13 = {
	start,
	buf,
	ack,
	flush,
	close,
	end,
	state,
	last_error,
	alert_sent,
	facts,
	request,
	answer,
	resume_with_chain,
	refuse,
	tls13_export,
};
