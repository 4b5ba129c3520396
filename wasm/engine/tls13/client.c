/*
 * A client's handshake: what the server sends is read by one function a
 * message; what the client sends is a sequence of steps, each of which may
 * have to wait for the network or for the host.
 */
#include <string.h>
#include "bearssl.h"
#include "choice.h"
#include "client.h"
#include "finished.h"
#include "labels.h"
#include "schemes.h"
#include "verify.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/wipe.h"

/* A hello goes past flight.c: the transcript has no hash before the server
   has chosen one. */
static int
say_hello(void)
{
	const unsigned char *data = client.hello;
	size_t left;
	int err = client_write_hello();

	if (err != 0) {
		return err;
	}
	left = client.hello_len;
	if (!tls13.retried) {
		tls13.out.version = RECORD_VERSION_FIRST_HELLO;
	}
	while (left > 0) {
		size_t len;
		unsigned char *room =
			record_out_room(&tls13.out, RECORD_HANDSHAKE, &len);

		if (room == NULL) {
			return BR_ERR_BAD_STATE;
		}
		if (len > left) {
			len = left;
		}
		memcpy(room, data, len);
		record_out_add(&tls13.out, len);
		data += len;
		left -= len;
	}
	record_out_seal(&tls13.out);
	tls13.out.version = RECORD_VERSION;
	tls13.expects = EXPECTS_SERVER_HELLO;
	return 0;
}

/* see context.h */
int
client_greet(void)
{
	int err;

	wipe(&client, sizeof client);
	random_draw(&conn.random, client.random, sizeof client.random);
	key_log_random(client.random);
	tls13.session_id_len = sizeof tls13.session_id;
	random_draw(&conn.random, tls13.session_id, tls13.session_id_len);
	strcpy(tls13.server_name, conn.server_name);
	tls13.in.ccs_allowed = RECORD_CCS_MAX;
	tls13.in.plain_alerts = 1;
	client_session_begin();
	err = client_make_shares(group_at(0));
	return err != 0 ? err : say_hello();
}

static void
begin_transcript(const tls13_suite *suite)
{
	tls13.suite = suite;
	if (!tls13.retried) {
		transcript_begin(&tls13.transcript, suite->hash);
	}
	transcript_add(&tls13.transcript, client.hello, client.hello_len);
}

/* A group that we have, and gave no share of (4.1.4). */
static int
take_retry(const server_hello *hello)
{
	int err = 0;

	if (tls13.retried) {
		return BR_ERR_UNEXPECTED;
	}
	if (hello->group != NULL && client_has_share(hello->group)) {
		return ERR_BAD_RETRY;
	}
	begin_transcript(hello->suite);
	transcript_retry(&tls13.transcript);
	tls13.retried = 1;

	/* Its binder can't be made with another hash (4.1.4). */
	if (client.session_hash != hello->suite->hash) {
		client_session_forget();
	}
	client.cookie_len = hello->cookie.left;
	if (client.cookie_len > 0) {
		memcpy(client.cookie, hello->cookie.data, client.cookie_len);
	}
	if (hello->group != NULL) {
		err = client_make_shares(hello->group);
	}
	client.step = CLIENT_SAYS_HELLO_AGAIN;
	return err;
}

static int
take_hello(const server_hello *hello)
{
	int err;

	if (tls13.retried && hello->suite != tls13.suite) {
		return ERR_BAD_RETRY;
	}
	if (!client_has_share(hello->group)) {
		return ERR_BAD_KEY_SHARE;
	}
	if (!hello->resumes) {
		client_session_forget();
	} else if (hello->suite->hash != client.session_hash) {
		return ERR_ILLEGAL_VALUE;
	}
	tls13.resumed = hello->resumes;
	begin_transcript(hello->suite);
	tls13.group = hello->group;
	err = client_take_answer(tls13.group, &hello->share);
	client.step = CLIENT_TAKES_KEYS;
	return err;
}

/* see context.h */
int
client_read_hello(const unsigned char *body, size_t len)
{
	server_hello hello;
	int err;

	/* Keys change behind it, or another hello is asked for (5.1). */
	if (tls13.in.left > 0) {
		return ERR_RECORD_SPANS_KEYS;
	}
	err = server_hello_read(&hello, body, len);
	if (err != 0) {
		return err;
	}
	tls13.expects = EXPECTS_NOTHING;
	return hello.is_retry ? take_retry(&hello) : take_hello(&hello);
}

/* see context.h */
int
client_read_extensions(const unsigned char *body, size_t len)
{
	if (tls13.resumed) {
		tls13.expects = EXPECTS_SERVER_FINISHED;
	} else {
		tls13.expects = EXPECTS_REQUEST_OR_CERTIFICATE;
		certificate_read_begin();
	}
	return server_extensions_read(body, len);
}

/* see context.h */
int
client_read_request(const unsigned char *body, size_t len)
{
	tls13.expects = EXPECTS_SERVER_CERTIFICATE;
	return certificate_request_read(body, len);
}

/* see context.h */
int
client_read_certificate(const unsigned char *data, size_t len, size_t left)
{
	size_t count;
	int err = certificate_read(data, len);

	tls13.expects = EXPECTS_SERVER_CERTIFICATE;
	if (err != 0 || left > 0) {
		return err;
	}
	err = certificate_read_end(&count);
	tls13.expects = EXPECTS_SERVER_VERIFY;

	/* A server has one (4.4.2.4). */
	return err == 0 && count == 0 ? BR_ERR_BAD_HANDSHAKE : err;
}

/* see context.h */
int
client_read_verify(const unsigned char *body, size_t len)
{
	tls13.expects = EXPECTS_SERVER_FINISHED;
	return verify_read(0, body, len);
}

/* see context.h */
int
client_read_finished(const unsigned char *body, size_t len)
{
	int err = finished_read(tls13.secrets.server, body, len);

	if (err == 0) {
		tls13.expects = EXPECTS_NOTHING;
		client.step = CLIENT_HAS_HEARD;
	}
	return err;
}

/* For boxes in between that know TLS 1.2 (D.4): once. */
static void
write_ccs(void)
{
	if (!tls13.ccs_sent) {
		record_out_put(&tls13.out, RECORD_CCS, "\x01", 1);
		tls13.ccs_sent = 1;
	}
}

static int
take_handshake_keys(void)
{
	const secrets *s = &tls13.secrets;

	write_ccs();
	handshake_take_secrets();
	client_session_forget();
	record_out_rekey(&tls13.out, tls13.suite, s->client);
	tls13.expects = EXPECTS_EXTENSIONS;
	return record_in_rekey(&tls13.in, tls13.suite, s->server);
}

/* The server's Finished is in the transcript: its data may come. */
static int
take_servers_keys(void)
{
	unsigned char value[SUITE_HASH_MAX];

	transcript_hash(&tls13.transcript, value);
	secrets_application(&tls13.secrets, value, exporter_is_wanted());
	traffic_secrets_log();
	tls13.in.ccs_allowed = 0;
	return record_in_rekey(&tls13.in, tls13.suite, tls13.secrets.server);
}

static int
has_key_for_request(void)
{
	return conn.chain_len > 0 && choose_scheme() == 0;
}

/* Our chain, or an empty list (4.4.2). */
static void
show_certificate(void)
{
	writer out;

	client.step = CLIENT_ATTESTS;
	if (has_key_for_request()) {
		flight_begin(&certificate_source);
		return;
	}
	client.step = CLIENT_FINISHES;
	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	writer_u8(&out, MESSAGE_CERTIFICATE);
	writer_u24(&out, 4);
	writer_u8(&out, 0);
	writer_u24(&out, 0);
	flight_scratch(out.len);
}

static void
write_finished(void)
{
	const br_hash_class *hash = tls13.suite->hash;
	size_t len = label_hash_len(hash);
	unsigned char value[SUITE_HASH_MAX];
	writer out;

	transcript_hash(&tls13.transcript, value);
	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	writer_u8(&out, MESSAGE_FINISHED);
	writer_u24(&out, (uint32_t)len);
	finished_sum(hash, tls13.secrets.client, value, writer_room(&out, len));
	flight_scratch(out.len);
}

static void
finish(void)
{
	unsigned char value[SUITE_HASH_MAX];
	secrets *s = &tls13.secrets;

	transcript_hash(&tls13.transcript, value);
	secrets_finish(s, value, conn.takes_sessions);
	record_out_rekey(&tls13.out, tls13.suite, s->client);
	if (conn.export_room == NULL) {
		wipe(s->exporter, sizeof s->exporter);
	}
	wipe(&tls13.transcript, sizeof tls13.transcript);
	wipe(tls13.scratch, sizeof tls13.scratch);
	wipe(&client, sizeof client);
	tls13.expects = EXPECTS_DATA;
}

/* see context.h */
int
client_take_signature(size_t len)
{
	client.step = CLIENT_FINISHES;
	return signature_write(len);
}

static int
take_step(void)
{
	switch (client.step) {
	case CLIENT_SAYS_HELLO_AGAIN:
		client.step = CLIENT_WAITS;
		write_ccs();
		return say_hello();
	case CLIENT_TAKES_KEYS:
		client.step = CLIENT_WAITS;
		return take_handshake_keys();
	case CLIENT_HAS_HEARD:
		client.step = client.requested ? CLIENT_SHOWS_CERTIFICATE
					       : CLIENT_FINISHES;
		return take_servers_keys();
	case CLIENT_SHOWS_CERTIFICATE:
		show_certificate();
		return 0;
	case CLIENT_ATTESTS:
		signature_ask();
		return 0;
	case CLIENT_FINISHES:
		write_finished();
		client.step = CLIENT_IS_DONE;
		return 0;
	case CLIENT_IS_DONE:
		client.step = CLIENT_WAITS;
		finish();
		return 0;
	default:
		__builtin_trap();
	}
}

/* see context.h */
int
client_go_on(void)
{
	while (flight_run()) {
		int err;

		if (client.step == CLIENT_WAITS || tls13.waits_for_keeper) {
			return 0;
		}
		err = take_step();
		if (err != 0) {
			return err;
		}
	}
	return 0;
}
