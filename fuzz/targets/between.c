/*
 * Two engines of ours, and the input is what happens to the records between
 * them, and what either says under its keys that no engine would. However
 * that is: no side hears what the other didn't say, and if both think that
 * the handshake is done, they agree on what was negotiated. And what was not
 * touched arrives.
 */
#include <string.h>
#include "check.h"
#include "pair.h"

/* The next so many bytes of the input, or what there is of them. */
typedef struct {
	const uint8_t *data;
	size_t len;
} script;

static uint8_t
next(script *s)
{
	if (s->len == 0) {
		return 0;
	}
	s->len--;
	return *s->data++;
}

static size_t
take(script *s, const uint8_t **bytes, size_t wanted)
{
	size_t len = wanted < s->len ? wanted : s->len;

	*bytes = s->data;
	s->data += len;
	s->len -= len;
	return len;
}

enum {
	PASS,
	PASS_ALL,
	RUN,
	DROP,
	TWICE,
	SWAP,
	PIECE,
	CHANGE,
	RETYPE,
	SPLIT,
	INJECT,
	SEAL,
	SAY,
	HEAR,
	CLOSE,
	END,
	DEEDS
};

/* One deed: its number, and on whose way (the highest bit). */
static void
perform(script *s, pair *p)
{
	uint8_t deed = next(s);
	direction way = deed >> 7 ? TO_CLIENT : TO_SERVER;
	const uint8_t *bytes;
	line *l;
	uint8_t type;
	size_t at, len;

	switch ((deed & 0x7F) % DEEDS) {
	case PASS:
		pair_pass(p, way, line_first(pair_line(p, way)));
		break;
	case PASS_ALL:
		pair_pass(p, way, pair_line(p, way)->len);
		break;
	case RUN:
		pair_run(p);
		break;
	case DROP:
		l = pair_tamper(p, way);
		line_remove(l, line_first(l));
		break;
	case TWICE:
		line_repeat(pair_tamper(p, way));
		break;
	case SWAP:
		line_swap(pair_tamper(p, way));
		break;
	case PIECE:
		pair_pass(p, way, next(s));
		break;
	case CHANGE:
		at = next(s);
		at = at << 8 | next(s);
		line_change(pair_tamper(p, way), at, next(s));
		break;
	case RETYPE:
		line_change(pair_tamper(p, way), 0, next(s));
		break;
	case SPLIT:
		line_split(pair_tamper(p, way), next(s));
		break;
	case INJECT:
		len = take(s, &bytes, next(s));
		line_inject(pair_tamper(p, way), bytes, len);
		break;
	case SEAL:
		type = next(s);
		len = take(s, &bytes, next(s));
		pair_seal(p, way, type, bytes, len);
		break;
	case SAY:
		pair_say(p, way, 1 + (size_t)next(s) * 100);
		break;
	case HEAR:
		pair_hear(p, way);
		break;
	case CLOSE:
		pair_close(p, way);
		break;
	case END:
		pair_end(p, way);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	script s = {data, size};
	uint8_t which = next(&s);
	pair *p = pair_begin(which & 0x7F, which >> 7);
	int deeds;

	for (deeds = 0; s.len > 0 && deeds < 200; deeds++) {
		perform(&s, p);
	}
	pair_run(p);
	pair_check(p);
	return 0;
}
