/*
 * See one-side.h.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "framing.h"
#include "one-side.h"
#include "protocols.h"
#include "roles.h"
#include "engine/abi.h"

/* Bytes before the peer's own. */
#define CHOICES 3

#define SENT_MAX (1 << 18)
#define HEARD_MAX (1 << 20)

static const unsigned char reply[] = "late reply";

/* What the peer says, in pieces; and when we end our direction. */
typedef struct {
	const role *is;
	const uint8_t *data;
	size_t size, piece, end;
} scene;

typedef struct {
	unsigned char sent[SENT_MAX], heard[HEARD_MAX];
	size_t sent_len, heard_len;
	int established, ended;
	uint32_t state;
	int error;
} account;

static void
send(const host *h, account *a)
{
	a->sent_len += host_send(
		h, a->sent + a->sent_len, sizeof a->sent - a->sent_len);
}

static size_t
hear(const host *h, account *a)
{
	size_t len = host_hear(
		h, a->heard + a->heard_len, sizeof a->heard - a->heard_len);

	a->heard_len += len;
	return len;
}

/* A side that was not told to close is not closed without an error. */
static void
check(const host *h, const account *a)
{
	host_check(h);
	CHECK(!a->established || engine_last_error() != 0 ||
		(engine_state() & ENGINE_CLOSED) == 0);
}

static void
end(const host *h, account *a)
{
	a->ended = (engine_state() & (ENGINE_ESTABLISHED | ENGINE_CLOSED)) ==
		   ENGINE_ESTABLISHED;
	host_end(h);
	send(h, a);
}

static void
play(account *a, const scene *in)
{
	const host *h = host_at_start(in->is);
	const uint8_t *data = in->data;
	size_t size = in->size, taken, silent = 0, turns = 0;

	a->sent_len = a->heard_len = 0;
	a->established = a->ended = 0;
	do {
		send(h, a);
		taken = host_receive(
			h, data, size < in->piece ? size : in->piece);
		data += taken;
		size -= taken;
		check(h, a);
		if (!a->established &&
			(engine_state() & ENGINE_ESTABLISHED) != 0) {
			a->established = 1;
			host_ask(h);
			host_say(h, reply, sizeof reply);
		}
		turns += (size_t)a->established;
		if (turns > 0 && turns == in->end) {
			end(h, a);
			silent = a->sent_len;
		}
		taken += hear(h, a);
	} while (taken > 0);
	send(h, a);
	check(h, a);
	protocols_check(in->is, in->data, in->size);
	a->state = engine_state();
	a->error = engine_last_error();

	/* A side that has ended sends nothing more. */
	taken = a->sent_len;
	engine_close();
	send(h, a);
	host_check(h);
	host_check_sent(a->sent, a->sent_len);
	if (a->ended) {
		CHECK(taken == a->sent_len && engine_state() == a->state);
		host_check_silent(a->sent + silent, a->sent_len - silent);
	}
}

/* see one-side.h */
void
one_side(int is_client, const uint8_t *data, size_t size)
{
	static account first, second;
	scene in;

	if (size < CHOICES) {
		return;
	}
	in.is = &roles[data[0] % ROLES][is_client];
	in.data = data + CHOICES;
	in.size = size - CHOICES;
	in.piece = data[1] != 0 ? data[1] : size;
	in.end = data[2];
	play(&first, &in);
	if (!first.ended) {
		return;
	}

	/* A side that has ended still receives what it would have received. */
	in.end = 0;
	play(&second, &in);
	CHECK(first.heard_len == second.heard_len &&
		memcmp(first.heard, second.heard, first.heard_len) == 0);
	CHECK(first.state == second.state && first.error == second.error);
}

/* see one-side.h */
size_t
one_side_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (size < CHOICES || seed % 16 == 0) {
		data[0] = (uint8_t)(seed >> 8);
		data[1] = seed >> 16 & 1 ? 0 : (uint8_t)(seed >> 20);
		data[2] = (uint8_t)(seed >> 28);
		return size < CHOICES ? CHOICES : size;
	}
	return CHOICES + framed_mutate(data + CHOICES, size - CHOICES,
				 max - CHOICES, seed >> 4);
}
