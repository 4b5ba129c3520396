/*
 * See line.h.
 */
#include <string.h>
#include "inner.h"
#include "line.h"

#define HEADER 5

static size_t
record_at(const line *l, size_t at)
{
	size_t len;

	if (l->len - at < HEADER) {
		return l->len - at;
	}
	len = HEADER + br_dec16be(l->waiting + at + 3);
	return len < l->len - at ? len : l->len - at;
}

/* see line.h */
size_t
line_first(const line *l)
{
	return record_at(l, 0);
}

/* see line.h */
void
line_remove(line *l, size_t len)
{
	memmove(l->waiting, l->waiting + len, l->len - len);
	l->len -= len;
}

/* see line.h */
int
line_inject(line *l, const uint8_t *data, size_t len)
{
	/* There must be room for what the engine has to say. */
	if (len > LINE_MAX / 4 || l->len > LINE_MAX / 4) {
		return 0;
	}
	memmove(l->waiting + len, l->waiting, l->len);
	memmove(l->waiting, data, len);
	l->len += len;
	return 1;
}

/* see line.h */
void
line_repeat(line *l)
{
	line_inject(l, l->waiting, line_first(l));
}

/* see line.h */
void
line_swap(line *l)
{
	static unsigned char first[LINE_MAX];
	size_t a = line_first(l), b = record_at(l, a);

	memcpy(first, l->waiting, a);
	memmove(l->waiting, l->waiting + a, b);
	memcpy(l->waiting + b, first, a);
}

/* see line.h */
void
line_split(line *l, size_t at)
{
	unsigned char header[HEADER], *second = l->waiting + HEADER + at;
	size_t len = line_first(l);

	if (at == 0 || len <= HEADER + at) {
		return;
	}
	memcpy(header, l->waiting, HEADER);
	if (!line_inject(l, header, HEADER)) {
		return;
	}
	memmove(l->waiting + HEADER, l->waiting + 2 * HEADER, at);
	br_enc16be(l->waiting + 3, (unsigned)at);
	memcpy(second, header, HEADER);
	br_enc16be(second + 3, (unsigned)(len - HEADER - at));
}

/* see line.h */
void
line_change(line *l, size_t at, uint8_t by)
{
	if (at < l->len) {
		l->waiting[at] ^= by;
	}
}
