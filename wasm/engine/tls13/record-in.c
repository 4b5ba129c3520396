/*
 * Records from the network: header, opening, inner type, padding.
 */
#include <string.h>
#include "record-in.h"
#include "early-data.h"
#include "engine/errors.h"
#include "inner.h"

/* The version that protected records must have (5.1). */
#define RECORD_VERSION 0x0303

/* see record-in.h */
void
record_in_init(record_in *in, unsigned char *buf)
{
	memset(in, 0, sizeof *in);
	in->buf = buf;
}

static size_t
body_length(const record_in *in)
{
	return br_dec16be(in->buf + 3);
}

/* see record-in.h */
unsigned char *
record_in_room(record_in *in, size_t *len)
{
	if (in->is_open) {
		*len = 0;
		return NULL;
	}
	*len = RECORD_HEADER - in->have;
	if (in->have >= RECORD_HEADER) {
		*len += body_length(in);
	}
	return in->buf + in->have;
}

/* Is this record to be opened with the key? */
static int
is_protected(const record_in *in)
{
	return in->keys.suite != NULL && in->buf[0] == RECORD_DATA;
}

/* May a record of that type be in the clear now? */
static int
may_be_plain(const record_in *in, unsigned type)
{
	switch (type) {
	case RECORD_CCS:
		return in->ccs_allowed > 0;
	case RECORD_ALERT:
		return in->keys.suite == NULL || in->plain_alerts;
	case RECORD_HANDSHAKE:
		return in->keys.suite == NULL;
	case RECORD_DATA:
		return in->keys.suite == NULL && in->skippable > 0;
	default:
		return 0;
	}
}

static int
check_header(const record_in *in)
{
	unsigned type = in->buf[0];
	unsigned version = br_dec16be(in->buf + 1);
	size_t max = RECORD_CONTENT_MAX;

	if (is_protected(in)) {
		if (version != RECORD_VERSION) {
			return ERR_BAD_RECORD_VERSION;
		}
	} else {
		if (!may_be_plain(in, type)) {
			return BR_ERR_UNEXPECTED;
		}
		if (version >> 8 != RECORD_VERSION >> 8) {
			return BR_ERR_BAD_VERSION;
		}
	}

	/* Handshake messages in pieces are not interleaved with anything. */
	if (in->partial > 0 && type != RECORD_HANDSHAKE && !is_protected(in)) {
		return BR_ERR_UNEXPECTED;
	}
	if (type == RECORD_DATA) {
		max += RECORD_EXPANSION_MAX;
	}
	return body_length(in) > max ? BR_ERR_TOO_LARGE : 0;
}

/* The whole record is of no use: on to the next one. */
static void
drop(record_in *in)
{
	in->have = 0;
}

static void
open_as(record_in *in, unsigned type, size_t len)
{
	in->is_open = 1;
	in->type = type;
	in->content = in->buf + RECORD_HEADER;
	in->left = len;
}

/*
 * The last byte that is not zero is the type; behind it is padding (5.4).
 * The time that this takes tells the padding's length, which is no secret
 * to its sender, and which we don't use (E.3).
 */
static int
strip_padding(record_in *in, size_t len)
{
	const unsigned char *inner = in->buf + RECORD_HEADER;

	if (len > RECORD_CONTENT_MAX + 1) {
		return BR_ERR_TOO_LARGE;
	}
	while (len > 0 && inner[len - 1] == 0) {
		len--;
	}
	if (len == 0) {
		return BR_ERR_UNEXPECTED;
	}
	open_as(in, inner[len - 1], len - 1);
	return 0;
}

static int
open_protected(record_in *in)
{
	size_t len = body_length(in);

	if (len < AEAD_TAG + 1 ||
		!aead_open(&in->keys, in->buf, in->buf + RECORD_HEADER,
			len - AEAD_TAG)) {
		int err = early_data_skip(&in->skippable, len);

		drop(in);
		return err;
	}
	in->skippable = 0;
	in->plain_alerts = 0;
	return strip_padding(in, len - AEAD_TAG);
}

static int
open_plain(record_in *in)
{
	size_t len = body_length(in);

	switch (in->buf[0]) {
	case RECORD_CCS:
		if (len != 1 || in->buf[RECORD_HEADER] != 1) {
			return BR_ERR_UNEXPECTED;
		}
		in->ccs_allowed--;
		drop(in);
		return 0;
	case RECORD_DATA:
		drop(in);
		return early_data_skip(&in->skippable, len);
	default:
		open_as(in, in->buf[0], len);
		return 0;
	}
}

static int
check_content(const record_in *in)
{
	switch (in->type) {
	case RECORD_DATA:
		break;
	case RECORD_ALERT:
	case RECORD_HANDSHAKE:
		/* Empty fragments of these are not sent (5.1). */
		if (in->left == 0) {
			return BR_ERR_UNEXPECTED;
		}
		break;
	default:
		return BR_ERR_UNEXPECTED;
	}
	if (in->partial > 0 && in->type != RECORD_HANDSHAKE) {
		return BR_ERR_UNEXPECTED;
	}
	return 0;
}

/* see record-in.h */
int
record_in_ack(record_in *in, size_t len)
{
	int err = 0;

	in->have += len;
	if (in->have < RECORD_HEADER) {
		return 0;
	}
	if (in->have - len < RECORD_HEADER) {
		err = check_header(in);
	}
	if (err != 0 || in->have < RECORD_HEADER + body_length(in)) {
		return err;
	}
	err = is_protected(in) ? open_protected(in) : open_plain(in);
	if (err == 0 && in->is_open) {
		err = check_content(in);
	}
	return err;
}

/* see record-in.h */
void
record_in_take(record_in *in, size_t len)
{
	in->content += len;
	in->left -= len;
	if (in->left == 0) {
		in->is_open = 0;
		in->have = 0;
	}
}

/* see record-in.h */
int
record_in_rekey(
	record_in *in, const tls13_suite *suite, const unsigned char *traffic)
{
	if (in->partial > 0 || in->left > 0) {
		return ERR_RECORD_SPANS_KEYS;
	}
	aead_set(&in->keys, suite, traffic);
	return 0;
}
