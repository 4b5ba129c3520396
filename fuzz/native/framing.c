/*
 * See framing.h. Two things have contents after a length: records, and
 * handshake messages in them.
 */
#include <string.h>
#include "framing.h"

#define HANDSHAKE 22

/* Headers end with a length. */
#define RECORD_HEADER 5
#define RECORD_LENGTH 2
#define MESSAGE_HEADER 4
#define MESSAGE_LENGTH 3

/* libFuzzer's own. */
size_t
LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

typedef struct {
	uint8_t *content;
	size_t len, digits;
} part;

static void
set_length(const part *p, size_t len)
{
	size_t u;

	for (u = 1; u <= p->digits; u++) {
		p->content[-(ptrdiff_t)u] = (uint8_t)len;
		len >>= 8;
	}
}

/*
 * The part after the first `which` ones, or the last one that there is, of
 * those that `data` is made of. Returns 0 if there is none.
 */
static int
find(part *p, uint8_t *data, size_t size, unsigned which)
{
	size_t header =
		p->digits == RECORD_LENGTH ? RECORD_HEADER : MESSAGE_HEADER;
	int found = 0;

	while (size >= header) {
		size_t len = 0, u;

		for (u = header - p->digits; u < header; u++) {
			len = len << 8 | data[u];
		}
		data += header;
		size -= header;
		p->content = data;
		p->len = len < size ? len : size;
		found = 1;
		if (which-- == 0) {
			break;
		}
		data += p->len;
		size -= p->len;
	}
	return found;
}

/* see framing.h */
size_t
framed_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	part record = {NULL, 0, RECORD_LENGTH};
	part message = {NULL, 0, MESSAGE_LENGTH};
	part *changed = &record;
	uint8_t *end = data + size, *after;
	static uint8_t content[1 << 16];
	size_t room, len;

	if (seed % 4 == 0 || !find(&record, data, size, seed / 4 % 8)) {
		return LLVMFuzzerMutate(data, size, max);
	}
	if (seed / 32 % 4 != 0 && record.content[-RECORD_HEADER] == HANDSHAKE &&
		find(&message, record.content, record.len, seed / 128 % 5)) {
		changed = &message;
	}
	room = changed->len + (max - size);
	if (room > sizeof content) {
		room = sizeof content;
	}
	if (room < changed->len || room == 0) {
		return LLVMFuzzerMutate(data, size, max);
	}
	memcpy(content, changed->content, changed->len);
	len = LLVMFuzzerMutate(content, changed->len, room);
	after = changed->content + changed->len;
	memmove(changed->content + len, after, (size_t)(end - after));
	memcpy(changed->content, content, len);
	if (changed == &message) {
		set_length(&message, len);
	}
	set_length(&record, record.len - changed->len + len);
	return size - changed->len + len;
}
