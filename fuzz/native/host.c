/*
 * See host.h. The errors that only we can cause must not show.
 */
#include <string.h>
#include "check.h"
#include "host.h"
#include "recorded.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/peer/peer.h"
#include "engine/tls12/context.h"

#define SEED_LENGTH 32
#define INTERNAL_ERROR 80
#define UNRECOGNIZED_NAME 112
#define HEADER 5
#define APPLICATION_DATA 23
#define TLS13 0x0304

/* Of TLS 1.3, which has the type of data outside: two bytes, an inner type and
   a tag. */
#define SEALED_ALERT (2 + 1 + 16)
#define RECORD_MAX (16384 + 2048)

static void
add_chain(const role *is, unsigned char *room)
{
	const bytes *own = recorded_certificate(is->key);
	const bytes *issuer = recorded_certificate("intermediate");

	memcpy(room, own->data, own->len);
	memcpy(room + own->len, issuer->data, issuer->len);
	CHECK(engine_add_certificate(room, own->len) == 0);
	CHECK(engine_add_certificate(room + own->len, issuer->len) == 0);
	recorded_key(is->key);
}

static void
add_anchor(const char *name)
{
	const bytes *der = recorded_certificate(name);
	unsigned char *room = engine_alloc(der->len);

	memcpy(room, der->data, der->len);
	CHECK(engine_add_trust_anchor(room, der->len) == 0);
}

static void
set_peer(const role *is)
{
	if (is->peer == PEER_NOT_ASKED) {
		if (is->is_client) {
			CHECK(engine_trust_any_server() == 0);
		}
		return;
	}
	add_anchor("root");
	add_anchor("rsa-root");
	if (is->open) {
		return;
	}
	CHECK((is->is_client ? engine_verify_server(HOST_DAYS, HOST_SECONDS)
			     : engine_request_certificate(
				       is->peer == PEER_MUST_COME, HOST_DAYS,
				       HOST_SECONDS)) == 0);
}

static void
offer_protocols(const role *is)
{
	size_t u;

	for (u = 0; u < PROTOCOLS_OFFERED && is->protocols[u] != NULL; u++) {
		const char *name = is->protocols[u];

		CHECK(engine_add_protocol(name, strlen(name)) == 0);
	}
}

static size_t
chain_length(const role *is)
{
	return recorded_certificate(is->key)->len +
	       recorded_certificate("intermediate")->len;
}

/* see host.h */
void
host_start(host *h, const role *is)
{
	unsigned char *seed;

	h->is = is;
	h->engine = instance_new(MODULE_ENGINE);
	h->room = NULL;
	CHECK((is->is_client ? engine_client(is->profile)
			     : engine_server(is->profile)) == 0);
	if (is->name != NULL) {
		CHECK(engine_set_server_name(is->name, strlen(is->name)) == 0);
	}
	if (is->key != NULL) {
		h->room = engine_alloc(chain_length(is));
		if (!is->chooses) {
			recorded_key(is->key);
			instance_enter(h->engine);
			add_chain(is, h->room);
		}
	}
	set_peer(is);
	if (is->open) {
		return;
	}
	offer_protocols(is);
	if (is->suite != 0) {
		conn.offer.suites[0] = is->suite;
		conn.offer.suites_len = 1;
	}
	if (is->version != 0) {
		conn.offer.min_version = conn.offer.max_version = is->version;
	}
	seed = engine_alloc(SEED_LENGTH);
	memset(seed, is->is_client ? 8 : 7, SEED_LENGTH);
	CHECK(engine_start(seed) == 0);
}

#define STARTS_MAX 32

/* see host.h */
const host *
host_at_start(const role *is)
{
	static struct {
		host side;
		snapshot *start;
	} all[STARTS_MAX];
	size_t u;

	for (u = 0; all[u].start != NULL && all[u].side.is != is; u++) {
		CHECK(u + 1 < STARTS_MAX);
	}
	if (all[u].start == NULL) {
		host_start(&all[u].side, is);
		all[u].start = snapshot_take(all[u].side.engine);
	}
	host_enter(&all[u].side);
	snapshot_restore(all[u].start);
	return &all[u].side;
}

/* see host.h */
void
host_enter(const host *h)
{
	if (h->is->key != NULL) {
		recorded_key(h->is->key);
		recorded_side(h->is->is_client);
	}
	instance_enter(h->engine);
}

/* As src/sandbox/engine.ts: once the name is known, a chain or an alert. */
static void
choose(const host *h)
{
	if ((engine_state() & ENGINE_AWAITS_CHAIN) == 0) {
		return;
	}
	CHECK(h->is->chooses);
	if (strcmp(engine_server_name(), "server.test") != 0) {
		engine_refuse(UNRECOGNIZED_NAME);
		return;
	}
	add_chain(h->is, h->room);
	CHECK(engine_continue() == 0);
}

/* As src/sandbox: the keeper signs, at once. */
static void
answer(void)
{
	while ((engine_state() & ENGINE_AWAITS_KEEPER) != 0) {
		unsigned char *data = engine_request_data();
		size_t len = engine_request_length();

		CHECK(engine_request() == ENGINE_REQUEST_ATTEST);
		engine_answer(recorded_attest(engine_request_scheme(), data,
			len, engine_request_room()));
	}
}

/* Moves up to `len` bytes into a channel, or (`out`) out of it. */
static size_t
move(uint32_t channel, unsigned char *out, const unsigned char *in, size_t len)
{
	size_t moved = 0;

	while (moved < len) {
		unsigned char *at = engine_buf(channel);
		size_t n = engine_buf_length();

		CHECK((at == NULL) == (n == 0));
		if (n == 0) {
			break;
		}
		if (n > len - moved) {
			n = len - moved;
		}
		if (out != NULL) {
			memcpy(out + moved, at, n);
		} else {
			memcpy(at, in + moved, n);
		}
		engine_ack(channel, n);
		moved += n;
		if (channel == ENGINE_RECVREC) {
			break;
		}
	}
	return moved;
}

/* see host.h */
size_t
host_receive(const host *h, const unsigned char *data, size_t len)
{
	size_t taken = move(ENGINE_RECVREC, NULL, data, len);

	if (taken > 0) {
		choose(h);
		answer();
	}
	return taken;
}

/* see host.h */
size_t
host_say(const host *h, const unsigned char *data, size_t len)
{
	size_t taken = move(ENGINE_SENDAPP, NULL, data, len);

	(void)h;
	if (taken > 0) {
		engine_flush();
	}
	return taken;
}

/* see host.h */
size_t
host_hear(const host *h, unsigned char *room, size_t max)
{
	size_t heard = move(ENGINE_RECVAPP, room, NULL, max);

	(void)h;
	CHECK(heard == 0 || engine_version() == TLS13 ||
		tls12.side.engine.application_data != 0);
	return heard;
}

/* see host.h */
void
host_end(const host *h)
{
	uint32_t before = engine_state();

	(void)h;
	engine_end();
	CHECK(engine_state() == before);
	if ((before & ENGINE_ESTABLISHED) != 0) {
		CHECK(engine_buf(ENGINE_SENDAPP) == NULL);
		CHECK(engine_buf_length() == 0);
	}
}

/* see host.h */
size_t
host_send(const host *h, unsigned char *room, size_t max)
{
	size_t sent = move(ENGINE_SENDREC, room, NULL, max);

	(void)h;
	answer();
	return sent + move(ENGINE_SENDREC, room + sent, NULL, max - sent);
}

/*
 * No state without a way on: a connection that is open gives something, or
 * takes more records. Only a close_notify that is kept back stops them on
 * purpose, and a chain that the host owes.
 */
static void
check_moves(uint32_t state)
{
	const uint32_t excused =
		ENGINE_CLOSED | ENGINE_PEER_CLOSED | ENGINE_AWAITS_CHAIN;

	CHECK((state & excused) != 0 || engine_buf(ENGINE_SENDREC) != NULL ||
		engine_buf(ENGINE_RECVREC) != NULL ||
		engine_buf(ENGINE_RECVAPP) != NULL);
}

/* see host.h */
void
host_check(const host *h)
{
	uint32_t state = engine_state();
	int error = engine_last_error();

	(void)h;
	CHECK(error == 0 || (state & ENGINE_CLOSED) != 0);
	CHECK(error != BR_ERR_BAD_STATE && error != BR_ERR_NO_RANDOM &&
		error != BR_ERR_X509_TIME_UNKNOWN && error != BR_ERR_IO);
	CHECK(engine_alert_sent() != INTERNAL_ERROR);
	check_moves(state);
	CHECK(!engine_peer_not_yet_valid() || error != 0);
	if ((state & (ENGINE_ESTABLISHED | ENGINE_CLOSED)) == 0) {
		engine_buf(ENGINE_RECVAPP);
		CHECK(engine_buf_length() == 0);
		engine_buf(ENGINE_SENDAPP);
		CHECK(engine_buf_length() == 0);
	}
}

/* see host.h */
void
host_check_sent(const unsigned char *sent, size_t len)
{
	while (len > 0) {
		size_t body;

		CHECK(len >= HEADER);
		CHECK(sent[0] >= 20 && sent[0] <= 23);
		CHECK(sent[1] == 3 && sent[2] <= 3);
		body = (size_t)sent[3] << 8 | sent[4];
		CHECK(body > 0 && body <= RECORD_MAX && body <= len - HEADER);
		sent += HEADER + body;
		len -= HEADER + body;
	}
}

/* see host.h */
void
host_check_silent(const unsigned char *sent, size_t len)
{
	int is_sealed = engine_version() == TLS13;
	size_t at;

	host_check_sent(sent, len);
	for (at = 0; at < len;) {
		size_t body = (size_t)sent[at + 3] << 8 | sent[at + 4];

		CHECK(sent[at] != APPLICATION_DATA ||
			(is_sealed && body == SEALED_ALERT));
		at += HEADER + body;
	}
}

/* see host.h */
void
host_ask_peer(void)
{
	const unsigned char *hash = engine_peer_hash(0), *name;
	static unsigned char copy[2 * PEER_CERTIFICATE_MAX];
	uint32_t n;

	for (n = 0; (name = engine_peer_name(n)) != NULL; n++) {
		CHECK(engine_peer_name_length() <= sizeof copy);
		memcpy(copy, name, engine_peer_name_length());
		CHECK((engine_peer_name_kind() & ~0x1FFu) == 0);
		CHECK(n < PEER_CERTIFICATE_MAX);
	}
	CHECK(n == 0 || hash != NULL);
	CHECK((hash == NULL) == (engine_peer_hash(1) == NULL));
}

/* see host.h */
void
host_ask(const host *h)
{
	(void)h;
	CHECK(engine_version() >= BR_TLS10 && engine_version() <= TLS13);
	CHECK(engine_suite_name()[0] != 0);
	CHECK(strlen(engine_server_name()) < 256);
	host_ask_peer();
}
