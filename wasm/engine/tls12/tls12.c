/*
 * BearSSL's engine as a protocol of ours: its channels, and what it has to
 * be spared or helped with.
 */
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/hello/kept-records.h"
#include "engine/peer/peer.h"
#include "inner.h"
#include "late/late.h"
#include "context.h"
#include "refusal.h"
#include "crypto/wipe.h"

/*
 * BearSSL 0.6 yields once a handshake is done, or was refused, before it
 * looks whether there is more input (wait-co in ssl_hs_common.t0). Nothing
 * would make it look again: bytes behind Finished, or behind a refused
 * hello, would stay in the input buffer for good, and no record would find
 * room any more. No message may come behind these two (RFC 5246, 7.4.9), so
 * such bytes are an error.
 */
static void
refuse_leftovers(br_ssl_engine_context *eng)
{
	if (eng->application_data == 1 && !tls12.closing &&
		eng->record_type_in == BR_SSL_HANDSHAKE && eng->hlen_in > 0 &&
		!br_ssl_engine_closed(eng)) {
		br_ssl_engine_fail(eng, BR_ERR_UNEXPECTED);
	}
}

static void
log_secret(const br_ssl_engine_context *eng)
{
	key_log_random(eng->client_random);
	key_log_secret(ENGINE_LOG_MASTER, eng->session.master_secret,
		sizeof eng->session.master_secret);
}

/* Stands before BearSSL's handshake processor. */
static void
run(void *t0ctx)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	int was_open = eng->application_data;

	run_without_close_notify(t0ctx);
	if (!was_open && eng->application_data == 1) {
		log_secret(eng);
	}
	refuse_leftovers(eng);
}

/* Before the first byte; a second time when the chain has come. */
static int
begin(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	int err;

	br_ssl_engine_set_buffer(eng, conn.records, sizeof conn.records, 1);
	hello_requests_forget();
	tls12.idle_records = 0;
	err = conn.is_client ? client_begin() : server_begin();
	tls12.run = eng->hsrun;
	eng->hsrun = &run;
	return err;
}

/* What peer/ finds wrong ends the connection, whatever BearSSL tolerates. */
static void
fail(int error)
{
	br_ssl_engine_fail(&tls12.side.engine, error);
}

static void
take_random(br_ssl_engine_context *eng)
{
	unsigned char seed[RANDOM_SEED];

	random_end(&conn.random, seed);
	br_hmac_drbg_init(&eng->rng, &br_sha256_vtable, NULL, 0);
	br_hmac_drbg_update(&eng->rng, seed, sizeof seed);
	eng->rng_init_done = 2;
	wipe(seed, sizeof seed);
}

static void
set_peer(br_ssl_engine_context *eng)
{
	if (conn.peer == NULL) {
		return;
	}
	peer_tell_failures(&fail);
	br_ssl_engine_set_rsavrfy(eng, &verify_key_exchange);
	br_ssl_engine_set_ecdsa(eng, conn.is_client ? &verify_on_offered_curve
						    : &verify_on_any_curve);
	br_ssl_engine_set_x509(eng, conn.peer);
}

static void
set_protocols(br_ssl_engine_context *eng)
{
	if (conn.protocols_len == 0) {
		return;
	}
	br_ssl_engine_set_protocol_names(
		eng, conn.protocols, conn.protocols_len);

	/* RFC 7301, 3.2: a server that shares none says so, and closes. */
	br_ssl_engine_add_flags(eng, BR_OPT_FAIL_ON_ALPN_MISMATCH);
}

static int
start(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;

	if (conn.is_client) {
		client_configure();
	} else {
		server_configure();
	}
	algorithms_set(eng);
	take_random(eng);
	set_peer(eng);
	set_protocols(eng);
	return begin();
}

/*
 * Records in the order of their numbers, which go into their protection.
 * close_notify goes to the outbox when BearSSL has nothing to send, and is
 * before whatever BearSSL says after it.
 */
static unsigned char *
sendrec_buf(br_ssl_engine_context *eng, size_t *len)
{
	unsigned char *records;

	failure_tell();
	records = outbox_buf(len);
	if (records != NULL || tls12.failure_told) {
		return records;
	}
	records = br_ssl_engine_sendrec_buf(eng, len);
	if (records != NULL) {
		return records;
	}
	close_notify_prepare();
	return outbox_buf(len);
}

static unsigned char *
buf(uint32_t channel, size_t *len)
{
	br_ssl_engine_context *eng = &tls12.side.engine;

	*len = 0;
	if (tls12.awaits_chain) {
		return NULL;
	}
	switch (channel) {
	case ENGINE_SENDREC:
		return sendrec_buf(eng, len);
	case ENGINE_RECVREC:
		return br_ssl_engine_recvrec_buf(eng, len);
	case ENGINE_SENDAPP:
		return tls12.ending ? NULL
				    : br_ssl_engine_sendapp_buf(eng, len);
	default:
		return br_ssl_engine_recvapp_buf(eng, len);
	}
}

static void
sendrec_ack(br_ssl_engine_context *eng, size_t len)
{
	size_t ours;

	if (outbox_buf(&ours) != NULL) {
		outbox_ack(len);
	} else {
		br_ssl_engine_sendrec_ack(eng, len);
	}
}

static void
recvrec_ack(br_ssl_engine_context *eng, size_t len)
{
	size_t room;
	int err =
		kept_records_append(br_ssl_engine_recvrec_buf(eng, &room), len);

	if (err != 0) {
		fail(err);
	}
	br_ssl_engine_recvrec_ack(eng, len);
	idle_records_count();
}

static void
ack(uint32_t channel, size_t len)
{
	br_ssl_engine_context *eng = &tls12.side.engine;

	switch (channel) {
	case ENGINE_SENDREC:
		sendrec_ack(eng, len);
		break;
	case ENGINE_RECVREC:
		recvrec_ack(eng, len);
		break;
	case ENGINE_SENDAPP:
		br_ssl_engine_sendapp_ack(eng, len);
		break;
	case ENGINE_RECVAPP:
		br_ssl_engine_recvapp_ack(eng, len);
		break;
	}
}

static void
flush(void)
{
	br_ssl_engine_flush(&tls12.side.engine, 0);
}

static void
close(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	size_t len;

	/* close_notify is said once. */
	if (tls12.ending) {
		return;
	}

	/* BearSSL 0.6 would wait for this data to be read first. */
	if (br_ssl_engine_recvapp_buf(eng, &len) != NULL) {
		br_ssl_engine_recvapp_ack(eng, len);
	}
	tls12.closing = 1;
	br_ssl_engine_close(eng);
}

static void
end(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;

	if (eng->application_data != 1 || br_ssl_engine_closed(eng)) {
		return;
	}
	br_ssl_engine_flush(eng, 0);
	tls12.ending = 1;
}

static uint32_t
state(void)
{
	const br_ssl_engine_context *eng = &tls12.side.engine;
	uint32_t state = 0;

	if (tls12.awaits_chain) {
		return ENGINE_AWAITS_CHAIN;
	}
	if (br_ssl_engine_closed(eng)) {
		state |= ENGINE_CLOSED;
	}
	if (eng->application_data != 0) {
		state |= ENGINE_ESTABLISHED;
	}
	if (tls12.peer_closed) {
		state |= ENGINE_PEER_CLOSED;
	}

	/* BearSSL counts a record's bytes from its header's first one. */
	if (eng->ixa != 0) {
		state |= ENGINE_IN_RECORD;
	}
	return state;
}

static int
last_error(void)
{
	return br_ssl_engine_last_error(&tls12.side.engine);
}

static int
alert_sent(void)
{
	return tls12.alert_sent;
}

static void
facts(session_facts *known)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	const char *name = br_ssl_engine_get_selected_protocol(eng);

	known->version = eng->session.version;
	known->suite = eng->session.cipher_suite;
	known->group = 0;
	known->resumed = 0;
	known->server_name = br_ssl_engine_get_server_name(eng);
	known->application_protocol = name != NULL ? name : "";
}

/*
 * BearSSL asks for a choice in the middle of the ClientHello's processing,
 * where it can't wait for the host. So the first time the choice fails; the
 * host reads the name, puts the right chain in place, and the same records
 * are processed once more from the start.
 */
static int
resume_with_chain(void)
{
	int err;

	tls12.awaits_chain = 0;
	err = begin();
	if (err == 0) {
		err = kept_records_replay(conn.speaks);
	}
	kept_records_end();
	return err;
}

/* BearSSL's own alert, for the choice that failed, is forgotten. */
static void
forget_choice(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	unsigned version = eng->version_out;

	tls12.awaits_chain = 0;
	kept_records_end();
	br_ssl_server_reset(&tls12.side.server);
	eng->version_out = (uint16_t)version;
}

static void
refuse(unsigned alert)
{
	if (tls12.awaits_chain) {
		forget_choice();
	}
	tls12_refuse(BR_ERR_SEND_FATAL_ALERT + (int)alert, alert);
}

static const protocol table = {
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
	NULL,
	NULL,
	resume_with_chain,
	refuse,
	tls12_export,
};

/* see protocol.h */
const protocol *
protocol_tls12(void)
{
	late_constants();
	return &table;
}
