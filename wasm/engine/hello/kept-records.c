/*
 * See kept-records.h.
 */
#include <string.h>
#include "arena.h"
#include "bearssl.h"
#include "engine/abi.h"
#include "kept-records.h"

static unsigned char *kept;
static size_t kept_len, kept_max;
static int keeps;

/* see kept-records.h */
int
kept_records_begin(size_t max)
{
	kept = arena_alloc(max);
	kept_max = max;
	keeps = kept != NULL;
	return keeps ? 0 : BR_ERR_LIMIT_EXCEEDED;
}

/* see kept-records.h */
int
kept_records_append(const unsigned char *records, size_t len)
{
	if (!keeps) {
		return 0;
	}
	if (len > kept_max - kept_len) {
		return BR_ERR_LIMIT_EXCEEDED;
	}
	memcpy(kept + kept_len, records, len);
	kept_len += len;
	return 0;
}

/* The same bytes lead to the same state: as many are taken as before. */
static int
replay(const protocol *to)
{
	const unsigned char *records = kept;
	size_t left = kept_len;

	while (left > 0) {
		size_t room;
		unsigned char *p = to->buf(ENGINE_RECVREC, &room);

		if (p == NULL) {
			return BR_ERR_BAD_STATE;
		}
		if (room > left) {
			room = left;
		}
		memcpy(p, records, room);
		to->ack(ENGINE_RECVREC, room);
		records += room;
		left -= room;
	}
	return 0;
}

/* see kept-records.h */
int
kept_records_replay(const protocol *to)
{
	int err;

	keeps = 0;
	err = replay(to);
	keeps = 1;
	return err;
}

/* see kept-records.h */
void
kept_records_end(void)
{
	keeps = 0;
}
