/*
 * A server's handshake: what the client sends is read by one function a
 * message; what the server sends is a sequence of steps, each of which may
 * have to wait for the network or for the host.
 */
#include <string.h>
#include "bearssl.h"
#include "inner.h"
#include "choice.h"
#include "client-offer.h"
#include "context.h"
#include "early-data.h"
#include "finished.h"
#include "groups.h"
#include "schemes.h"
#include "labels.h"
#include "verify.h"
#include "engine/abi.h"
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

/*
 * A host name is visible ASCII (RFC 6066, 3). Anything else, a NUL above
 * all, could mean one thing to us and another to a later reader of the name.
 */
static int
note_name(const client_offer *offer)
{
	const reader *name = &offer->name;
	size_t u;

	if (name->left >= sizeof tls13.server_name) {
		return BR_ERR_BAD_SNI;
	}
	for (u = 0; u < name->left; u++) {
		if (name->data[u] <= 0x20 || name->data[u] >= 0x7F) {
			return BR_ERR_BAD_SNI;
		}
	}
	if (name->left > 0) {
		memcpy(tls13.server_name, name->data, name->left);
	}
	tls13.server_name[name->left] = 0;
	return 0;
}

static void
note_session_id(const client_offer *offer)
{
	const reader *id = &offer->hello.session_id;

	tls13.session_id_len = id->left;
	if (id->left > 0) {
		memcpy(tls13.session_id, id->data, id->left);
	}
}

static void
note_record_limit(const client_offer *offer)
{
	/* The limit counts the inner type (RFC 8449, 4). */
	tls13.answers_limit = offer->record_limit != 0;
	if (tls13.answers_limit && offer->record_limit <= RECORD_CONTENT_MAX) {
		tls13.limit = offer->record_limit - 1;
	}
}

/* What a client is told or asked for, of an offer that holds together. */
static int
choose(const client_offer *offer, reader *share)
{
	int err = choose_suite(offer);

	if (err == 0) {
		err = choose_group(offer, share);
	}
	if (err == 0) {
		err = choose_protocol(offer);
	}
	if (err == 0) {
		err = note_name(offer);
	}
	tls13.has_schemes = offer->has_schemes;
	tls13.takes_tickets = offer->has_psk_dhe;
	note_schemes(offer);
	note_session_id(offer);
	note_record_limit(offer);
	return err;
}

/* A share of the wrong length can't be a key (4.2.8). */
static int
exchange(const reader *share)
{
	const tls13_group *group = tls13.group;

	if (share->left != group->share_len) {
		return ERR_BAD_KEY_SHARE;
	}
	return group->answer(group, share->data, tls13.share, tls13.shared);
}

static int
read_first(const client_offer *offer)
{
	reader share;
	int err = choose(offer, &share);

	if (err != 0) {
		return err;
	}
	transcript_begin(&tls13.transcript, tls13.suite->hash);
	tls13.in.ccs_allowed = RECORD_CCS_MAX;
	tls13.in.skippable = offer->has_early_data ? EARLY_DATA_MAX : 0;
	tls13.step = share.left > 0 ? STEP_CHAIN : STEP_RETRY;
	return share.left > 0 ? exchange(&share) : 0;
}

/* What a second ClientHello may not change. */
typedef struct {
	const tls13_suite *suite;
	const tls13_group *group;
	const char *protocol;
	char server_name[sizeof tls13.server_name];
	unsigned char session_id[sizeof tls13.session_id];
	size_t session_id_len;
} first_choice;

static void
remember(first_choice *first)
{
	first->suite = tls13.suite;
	first->group = tls13.group;
	first->protocol = tls13.protocol;
	memcpy(first->server_name, tls13.server_name,
		sizeof first->server_name);
	memcpy(first->session_id, tls13.session_id, sizeof first->session_id);
	first->session_id_len = tls13.session_id_len;
}

static int
is_as_before(const first_choice *first)
{
	return first->suite == tls13.suite && first->group == tls13.group &&
	       first->protocol == tls13.protocol &&
	       strcmp(first->server_name, tls13.server_name) == 0 &&
	       first->session_id_len == tls13.session_id_len &&
	       memcmp(first->session_id, tls13.session_id,
		       first->session_id_len) == 0;
}

/*
 * One share, of the group that was asked for, and no early data (4.1.2). We
 * look at what we would choose, instead of at every byte: what else may
 * differ changes nothing.
 */
static int
read_second(const client_offer *offer)
{
	first_choice first;
	reader share;
	int err;

	remember(&first);
	err = choose(offer, &share);
	if (err != 0) {
		return err;
	}
	if (!is_as_before(&first) || share.left == 0 ||
		offer->shares.left != 4 + share.left || offer->has_early_data) {
		return ERR_BAD_RETRY;
	}
	tls13.in.skippable = 0;
	tls13.step = STEP_CHAIN;
	return exchange(&share);
}

/* see context.h */
int
server_read_hello(const unsigned char *body, size_t len)
{
	client_offer offer;
	int err;

	/* Keys change behind it, or another hello is to be asked for (5.1). */
	if (tls13.in.left > 0) {
		return ERR_RECORD_SPANS_KEYS;
	}
	err = client_offer_read(&offer, body, len);
	if (err == BR_ERR_UNSUPPORTED_VERSION && tls13.retried) {
		return ERR_BAD_RETRY;
	}
	if (err != 0) {
		return err;
	}
	key_log_random(offer.hello.random);
	tls13.expects = EXPECTS_NOTHING;
	err = tls13.retried ? read_second(&offer) : read_first(&offer);
	if (err == 0 && tls13.step == STEP_CHAIN) {
		psk_note(&offer, body, len);
	}
	return err;
}

/* see context.h */
int
server_read_certificate(const unsigned char *data, size_t len, size_t left)
{
	size_t count;
	int err = certificate_read(data, len);

	if (err != 0 || left > 0) {
		return err;
	}
	err = certificate_read_end(&count);
	if (err == 0 && count == 0 && conn.peer_must_come) {
		err = ERR_NO_CERTIFICATE;
	}

	/* Without a certificate there is nothing to prove. */
	tls13.expects =
		count > 0 ? EXPECTS_CLIENT_VERIFY : EXPECTS_CLIENT_FINISHED;
	return err;
}

/* see context.h */
int
server_read_verify(const unsigned char *body, size_t len)
{
	tls13.expects = EXPECTS_CLIENT_FINISHED;
	return verify_read(1, body, len);
}

/* see context.h */
int
server_read_finished(const unsigned char *body, size_t len)
{
	const br_hash_class *hash = tls13.suite->hash;
	unsigned char value[SUITE_HASH_MAX];

	if (len != label_hash_len(hash)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	transcript_hash(&tls13.transcript, value);
	if (!finished_matches(hash, tls13.secrets.client, value, body, len)) {
		return BR_ERR_BAD_FINISHED;
	}
	tls13.step = STEP_DONE;
	return 0;
}

static void
write_with(void (*write)(writer *out))
{
	writer out;

	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	write(&out);
	flight_scratch(out.len);
}

/* For boxes in between that know TLS 1.2 (D.4): once, after our first
   message, if the client does its part of it. */
static void
write_ccs(void)
{
	record_out_seal(&tls13.out);
	if (tls13.session_id_len > 0 && !tls13.ccs_sent) {
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
	record_out_rekey(&tls13.out, tls13.suite, s->server);
	if (tls13.limit != 0) {
		tls13.out.content_max = tls13.limit;
	}
	return record_in_rekey(&tls13.in, tls13.suite, s->client);
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

static void
take_application_keys(void)
{
	unsigned char value[SUITE_HASH_MAX];

	transcript_hash(&tls13.transcript, value);
	secrets_application(&tls13.secrets, value);
	traffic_secrets_log();
	record_out_rekey(&tls13.out, tls13.suite, tls13.secrets.server);
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

/* The client's Finished is good. */
static int
finish(void)
{
	unsigned char value[SUITE_HASH_MAX];
	secrets *s = &tls13.secrets;

	transcript_hash(&tls13.transcript, value);
	secrets_finish(s, value);
	if (conn.export_room == NULL) {
		wipe(s->exporter, sizeof s->exporter);
	}
	wipe(&tls13.transcript, sizeof tls13.transcript);
	wipe(tls13.scratch, sizeof tls13.scratch);
	tls13.in.ccs_allowed = 0;
	tls13.expects = EXPECTS_NOTHING;
	tickets_begin();
	return record_in_rekey(&tls13.in, tls13.suite, s->client);
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
		write_ccs();
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
		return take_handshake_keys();
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
		take_application_keys();
		expect_flight();
		tls13.step = STEP_WAITS;
		return 0;
	case STEP_DONE:
		tls13.step = STEP_TICKETS;
		return finish();
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
