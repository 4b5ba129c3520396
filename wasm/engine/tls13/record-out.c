/*
 * Records to the network.
 */
#include <string.h>
#include "record-out.h"
#include "inner.h"

/* see record-out.h */
void
record_out_init(record_out *out, unsigned char *buf)
{
	memset(out, 0, sizeof *out);
	out->version = RECORD_VERSION;
	out->buf = buf;
	out->content_max = RECORD_CONTENT_MAX;
}

/* Where records end that are not in the reserve. */
static size_t
limit(void)
{
	return RECORD_OUT_SIZE - 2 * RECORD_ALERT_SIZE;
}

/*
 * Data begins behind room for a KeyUpdate, which may be due when the record
 * is sealed; and only in an empty buffer, so that a record of full length
 * fits. Messages begin behind the record before.
 */
static int
begin(record_out *out, unsigned type)
{
	if (out->sent == out->sealed) {
		out->sent = out->sealed = 0;
	} else if (type == RECORD_DATA) {
		return 0;
	}
	out->begin = out->sealed;
	if (type == RECORD_DATA) {
		out->begin += out->front + RECORD_UPDATE_SIZE;
	}
	if (out->begin + RECORD_HEADER + RECORD_OVERHEAD >= limit()) {
		return 0;
	}
	out->type = type;
	out->len = 0;
	return 1;
}

static size_t
room_left(const record_out *out)
{
	size_t used = out->begin + RECORD_HEADER + RECORD_OVERHEAD;
	size_t room = limit() - used;

	if (room > out->content_max) {
		room = out->content_max;
	}
	return room - out->len;
}

/* see record-out.h */
unsigned char *
record_out_room(record_out *out, unsigned type, size_t *len)
{
	*len = 0;
	if (out->type != 0 && (out->type != type || room_left(out) == 0)) {
		record_out_seal(out);
	}
	if (out->type == 0 && !begin(out, type)) {
		return NULL;
	}
	*len = room_left(out);
	return out->buf + out->begin + RECORD_HEADER + out->len;
}

/* see record-out.h */
void
record_out_add(record_out *out, size_t len)
{
	out->len += len;
}

/*
 * Makes a record of the content that lies behind room for a header. Returns
 * the record's length.
 */
static size_t
make_record(record_out *out, unsigned type, unsigned char *record, size_t len)
{
	unsigned char *content = record + RECORD_HEADER;

	record[0] = (unsigned char)type;
	br_enc16be(record + 1, (uint16_t)out->version);
	if (out->keys.suite == NULL) {
		br_enc16be(record + 3, (unsigned)len);
		return RECORD_HEADER + len;
	}
	content[len++] = (unsigned char)type;
	record[0] = RECORD_DATA;
	br_enc16be(record + 3, (unsigned)(len + AEAD_TAG));
	aead_seal(&out->keys, record, content, len);
	return RECORD_HEADER + len + AEAD_TAG;
}

/* see record-out.h */
void
record_out_seal(record_out *out)
{
	unsigned type = out->type;

	out->type = 0;
	if (type == 0 || out->len == 0) {
		return;
	}

	/* Without a KeyUpdate in front of it, its room is not sent. */
	if (out->sent == out->sealed) {
		out->sent = out->sealed = out->begin;
	}
	out->sealed += make_record(out, type, out->buf + out->begin, out->len);
}

/* see record-out.h */
void
record_out_drop(record_out *out)
{
	out->type = 0;
}

/* see record-out.h */
void
record_out_put(record_out *out, unsigned type, const void *content, size_t len)
{
	unsigned char *record;

	record_out_seal(out);
	if (out->sent == out->sealed) {
		out->sent = out->sealed = 0;
	}
	if (out->sealed + RECORD_HEADER + len + RECORD_OVERHEAD >
		RECORD_OUT_SIZE) {
		__builtin_trap();
	}
	record = out->buf + out->sealed;
	memcpy(record + RECORD_HEADER, content, len);
	out->sealed += make_record(out, type, record, len);
}

/* see record-out.h */
void
record_out_rekey_in_front(record_out *out, const unsigned char *message,
	const tls13_suite *suite, const unsigned char *traffic)
{
	unsigned char *record = out->buf + out->begin - RECORD_UPDATE_SIZE;

	if (out->type != RECORD_DATA || out->begin < RECORD_UPDATE_SIZE ||
		(out->sent != out->sealed &&
			out->buf + out->sealed != record)) {
		__builtin_trap();
	}
	memcpy(record + RECORD_HEADER, message, RECORD_UPDATE_CONTENT);
	if (out->sent == out->sealed) {
		out->sent = out->sealed = out->begin - RECORD_UPDATE_SIZE;
	}
	out->sealed += make_record(
		out, RECORD_HANDSHAKE, record, RECORD_UPDATE_CONTENT);
	aead_set(&out->keys, suite, traffic);
}

/* see record-out.h */
int
record_out_reserve(record_out *out, size_t len)
{
	if (len > out->content_max) {
		return 0;
	}
	out->front = len + RECORD_HEADER + RECORD_OVERHEAD;
	return 1;
}

/* see record-out.h */
void
record_out_put_in_front(
	record_out *out, const unsigned char *content, size_t len, int update)
{
	size_t at = update ? 0 : RECORD_UPDATE_SIZE;

	if (out->type != RECORD_DATA || out->sent != out->sealed ||
		out->begin != out->front + RECORD_UPDATE_SIZE ||
		out->front != len + RECORD_HEADER + RECORD_OVERHEAD) {
		__builtin_trap();
	}
	memcpy(out->buf + at + RECORD_HEADER, content, len);
	out->sent = at;
	out->sealed =
		at + make_record(out, RECORD_HANDSHAKE, out->buf + at, len);
	out->front = 0;
}

/* see record-out.h */
void
record_out_rekey(
	record_out *out, const tls13_suite *suite, const unsigned char *traffic)
{
	record_out_seal(out);
	aead_set(&out->keys, suite, traffic);
}

/* see record-out.h */
unsigned char *
record_out_buf(record_out *out, size_t *len)
{
	*len = out->sealed - out->sent;
	return *len > 0 ? out->buf + out->sent : NULL;
}

/* see record-out.h */
void
record_out_ack(record_out *out, size_t len)
{
	out->sent += len;
}
