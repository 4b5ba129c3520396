/*
 * See pair.h.
 */
#include <string.h>
#include "check.h"
#include "host.h"
#include "pair.h"
#include "protocols.h"
#include "roles.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "inner.h"
#include "engine/tls12/context.h"
#include "engine/tls13/context.h"

#define TURNS_MAX 1000

/* More than an engine has to say at once. */
#define ROOM (1 << 16)

#define NO_APPLICATION_PROTOCOL 120

/* Application data: bytes that were said, and that arrived. */
typedef struct {
	uint32_t said, heard;
	int forged; /* the sender's keys were used for what it didn't say */
	int open;   /* the sender was, for application data */
	int closed; /* the sender closed */
	int ended;  /* or ended, and close_notify has left */
} words;

/* Arrays of two: one for each direction; a side is the direction's receiver. */
struct pair {
	const role *is;
	int touched; /* by an attacker */
	host side[2];
	line line[2];
	words words[2];
	snapshot *start[2][2];
};

static direction
back(direction way)
{
	return way == TO_SERVER ? TO_CLIENT : TO_SERVER;
}

/* Enter the receiver of that direction; or its sender. */
static const host *
receiver(pair *p, direction way)
{
	host_enter(&p->side[way]);
	return &p->side[way];
}

static const host *
sender(pair *p, direction way)
{
	return receiver(p, back(way));
}

/* Is its engine open for application data? */
static int
is_open(void)
{
	return (engine_state() & (ENGINE_ESTABLISHED | ENGINE_CLOSED)) ==
	       ENGINE_ESTABLISHED;
}

/* What the engine has ready goes on its way, if there is room for it. */
static void
collect(pair *p, direction way)
{
	line *l = &p->line[way];
	const host *h = sender(p, way);
	unsigned char *fresh = l->waiting + l->len;
	size_t len;

	if (l->len > LINE_MAX - ROOM) {
		return;
	}
	len = host_send(h, fresh, LINE_MAX - l->len);
	l->len += len;
	host_check(h);
	p->words[way].open |= is_open();
	if (p->words[way].ended) {
		host_check_silent(fresh, len);
	}
}

/* Both know why. */
static void
check_refused(pair *p)
{
	sender(p, TO_CLIENT);
	CHECK(engine_last_error() ==
		(conn.speaks == &protocol_tls13
				? ERR_NO_COMMON_PROTOCOL
				: BR_ERR_SEND_FATAL_ALERT +
					  NO_APPLICATION_PROTOCOL));
	receiver(p, TO_CLIENT);
	CHECK(engine_last_error() ==
		BR_ERR_RECV_FATAL_ALERT + NO_APPLICATION_PROTOCOL);
}

static void
make(pair *p, const role *is)
{
	const char *agreed = protocols_agreed(&is[0], &is[1]);
	direction way;

	p->is = is;
	host_start(&p->side[TO_SERVER], &is[0]);
	host_start(&p->side[TO_CLIENT], &is[1]);
	for (way = TO_SERVER; way <= TO_CLIENT; way++) {
		p->start[0][way] = snapshot_take(p->side[way].engine);
	}
	pair_run(p);
	if (agreed == NULL) {
		check_refused(p);
	}
	for (way = TO_SERVER; way <= TO_CLIENT; way++) {
		receiver(p, way);
		CHECK(is_open() == (agreed != NULL));
		p->start[1][way] = snapshot_take(p->side[way].engine);
	}
}

/* see pair.h */
pair *
pair_begin(size_t which, int established)
{
	static pair all[ROLES];
	pair *p = &all[which % ROLES];
	direction way;

	if (p->start[0][0] == NULL) {
		make(p, roles[which % ROLES]);
	}
	for (way = TO_SERVER; way <= TO_CLIENT; way++) {
		snapshot_restore(p->start[established][way]);
		p->line[way].len = 0;
		p->words[way] = (words){0, 0, 0, 0, 0, 0};
	}
	p->touched = 0;
	return p;
}

/* see pair.h */
const line *
pair_line(pair *p, direction way)
{
	collect(p, way);
	return &p->line[way];
}

/* see pair.h */
line *
pair_tamper(pair *p, direction way)
{
	collect(p, way);
	p->touched = 1;
	return &p->line[way];
}

/* see pair.h */
void
pair_pass(pair *p, direction way, size_t len)
{
	line *l = &p->line[way];
	const host *h;
	size_t taken = 1;

	collect(p, way);
	if (len > l->len) {
		len = l->len;
	}
	h = receiver(p, way);
	while (len > 0 && taken > 0) {
		taken = host_receive(h, l->waiting, len);
		line_remove(l, taken);
		len -= taken;
		host_check(h);
	}

	/* A side that has failed reads no more. */
	if ((engine_state() & ENGINE_CLOSED) != 0) {
		line_remove(l, len);
	}
}

/* see pair.h */
void
pair_run(pair *p)
{
	size_t moved;
	int turns = 0;

	do {
		direction way;

		moved = 0;
		for (way = TO_SERVER; way <= TO_CLIENT; way++) {
			size_t before = pair_line(p, way)->len;
			uint32_t heard = p->words[way].heard;

			pair_pass(p, way, before);
			pair_hear(p, way);
			moved += before - p->line[way].len;
			moved += p->words[way].heard - heard;
		}
		CHECK(turns++ < TURNS_MAX);
	} while (moved > 0);
}

/* A record under the keys of TLS 1.2. Returns its length, or 0: there are none. */
static size_t
seal12(unsigned char *record, uint8_t type, const uint8_t *data, size_t len)
{
	unsigned char room[ALERT_HEADROOM + 256 + ALERT_TAILROOM], *sealed;
	br_ssl_engine_context *eng = &tls12.side.engine;

	if (eng->out.vtable == NULL) {
		return 0;
	}
	memcpy(room + ALERT_HEADROOM, data, len);
	sealed = (unsigned char *)eng->out.vtable->encrypt(&eng->out.vtable,
		type, eng->version_out, room + ALERT_HEADROOM, &len);
	memcpy(record, sealed, len);
	return len;
}

/* The same of TLS 1.3. */
static size_t
seal13(unsigned char *record, uint8_t type, const uint8_t *data, size_t len)
{
	size_t sealed = len + 1 + AEAD_TAG;

	if (tls13.out.keys.suite == NULL) {
		return 0;
	}
	record[0] = RECORD_DATA;
	br_enc16be(record + 1, RECORD_VERSION);
	br_enc16be(record + 3, (uint16_t)sealed);
	memcpy(record + RECORD_HEADER, data, len);
	record[RECORD_HEADER + len] = type;
	aead_seal(&tls13.out.keys, record, record + RECORD_HEADER, len + 1);
	return RECORD_HEADER + sealed;
}

/* see pair.h */
void
pair_seal(pair *p, direction way, uint8_t type, const uint8_t *data, size_t len)
{
	line *l = &p->line[way];
	unsigned char *end;

	collect(p, way);
	if (l->len > LINE_MAX / 2 || (engine_state() & ENGINE_CLOSED) != 0) {
		return;
	}
	end = l->waiting + l->len;
	len = conn.speaks == &protocol_tls13    ? seal13(end, type, data, len)
	      : conn.speaks == protocol_tls12() ? seal12(end, type, data, len)
						: 0;
	if (len == 0) {
		return;
	}
	l->len += len;
	p->words[way].forged = 1;
	p->touched = 1;
}

/* The n-th byte of what is said in a direction. */
static uint8_t
word(direction way, uint32_t n)
{
	return (uint8_t)(n * 167 + (n >> 8) + (way == TO_SERVER ? 1 : 99));
}

/* see pair.h */
void
pair_say(pair *p, direction way, size_t len)
{
	const host *h;
	unsigned char data[32768];
	size_t u;

	collect(p, way);
	h = sender(p, way);
	CHECK(len <= sizeof data);
	for (u = 0; u < len; u++) {
		data[u] = word(way, p->words[way].said + (uint32_t)u);
	}
	if (p->line[way].len < LINE_MAX / 2) {
		p->words[way].said += (uint32_t)host_say(h, data, len);
	}
}

/* see pair.h */
void
pair_hear(pair *p, direction way)
{
	static unsigned char data[65536];
	words *w = &p->words[way];
	const host *h = receiver(p, way);
	size_t len = host_hear(h, data, sizeof data), u;

	for (u = 0; u < len && !w->forged; u++) {
		CHECK(w->heard + u < w->said);
		CHECK(data[u] == word(way, w->heard + (uint32_t)u));
	}
	w->heard += (uint32_t)len;
}

/* see pair.h */
void
pair_close(pair *p, direction way)
{
	uint32_t state;

	collect(p, way);
	sender(p, way);
	state = engine_state();
	engine_close();
	if (p->words[way].ended) {
		CHECK(engine_state() == state);
		CHECK(engine_buf(ENGINE_SENDREC) == NULL);
	} else if ((state & ENGINE_CLOSED) == 0) {
		p->words[way].closed = 1;
	}
}

/* see pair.h */
void
pair_end(pair *p, direction way)
{
	const host *h = sender(p, way);
	int ends = is_open() && !p->words[way].closed;

	/* What was said may wait in the engine: it goes before. */
	if (p->line[way].len > LINE_MAX / 2) {
		return;
	}
	host_end(h);
	collect(p, way);
	p->words[way].ended |= ends;
}

/*
 * What was said arrives: all of it before close_notify; and if nothing was
 * touched, all of it at last, and close_notify, too. Only a side that has
 * closed (ended is not closed) doesn't want it.
 */
static void
check_words(pair *p, direction way)
{
	const words *w = &p->words[way], *other = &p->words[back(way)];
	uint32_t state;

	receiver(p, way);
	state = engine_state();
	if (other->closed) {
		return;
	}

	/* No other side closes without an error. */
	CHECK(!other->open || engine_last_error() != 0 ||
		(state & ENGINE_CLOSED) == 0);
	if (w->forged) {
		return;
	}
	if (!p->touched || (state & ENGINE_PEER_CLOSED) != 0) {
		CHECK(w->heard == w->said);
	}
	CHECK(p->touched || !w->ended || (state & ENGINE_PEER_CLOSED) != 0);
}

/* Each row has its versions, the same in both roles, but for a side that has
   only one. */
static uint32_t
newest(const role *server, const role *client)
{
	if (server->version != 0) {
		return server->version;
	}
	return client->version != 0 ? client->version : 0x0304;
}

/* see pair.h */
void
pair_check(pair *p)
{
	const char *agreed = protocols_agreed(&p->is[0], &p->is[1]);
	uint32_t suite[2], version[2];
	int established = 0;
	direction way;

	for (way = TO_SERVER; way <= TO_CLIENT; way++) {
		const host *h = receiver(p, way);

		host_check(h);
		if ((engine_state() & ENGINE_ESTABLISHED) != 0) {
			host_ask(h);
			CHECK(agreed != NULL &&
				strcmp(engine_protocol(), agreed) == 0);
			established++;
		}
		check_words(p, way);
		suite[way] = engine_suite();
		version[way] = engine_version();
	}
	CHECK(established < 2 ||
		(suite[0] == suite[1] && version[0] == version[1] &&
			version[0] == newest(&p->is[0], &p->is[1])));
}
