/*
 * Records to the network: content is gathered and sealed in place (RFC
 * 8446, 5.1 and 5.2).
 *
 *   sent      sealed            content of the record under way
 *   |         |                 |
 *   [done with][for the network][header][content … [type][tag]]  [reserve]
 *
 * A record under way can't be taken by the network. The reserve always has
 * room for what must not wait for room: two alerts.
 */
#ifndef TLS13_RECORD_OUT_H__
#define TLS13_RECORD_OUT_H__

#include "aead.h"
#include "record-in.h"

/* What protection adds: the inner type and the tag. */
#define RECORD_OVERHEAD (1 + AEAD_TAG)

/* An alert's record, and that of a KeyUpdate in front of data. */
#define RECORD_ALERT_SIZE (RECORD_HEADER + 2 + RECORD_OVERHEAD)
#define RECORD_UPDATE_CONTENT 5
#define RECORD_UPDATE_SIZE \
	(RECORD_HEADER + RECORD_UPDATE_CONTENT + RECORD_OVERHEAD)

#define RECORD_OUT_SIZE \
	(RECORD_UPDATE_SIZE + RECORD_HEADER + RECORD_CONTENT_MAX + \
		RECORD_OVERHEAD + 2 * RECORD_ALERT_SIZE)

/* What the header says; a first ClientHello's says it in the words of the
   oldest servers (5.1, D.1). */
#define RECORD_VERSION 0x0303
#define RECORD_VERSION_FIRST_HELLO 0x0301

typedef struct {
	aead keys;
	unsigned version;
	unsigned char *buf;
	size_t sent, sealed;

	/* The record under way: where its header is, and its content's
	   length. A `type` of 0: there is none. */
	unsigned type;
	size_t begin, len;

	/* The most content of a record (RFC 8449 may lower it). */
	size_t content_max;

	/* Room for one more record in front of the next one of data. */
	size_t front;
} record_out;

/* `buf` has room for RECORD_OUT_SIZE bytes. */
void
record_out_init(record_out *out, unsigned char *buf);

/*
 * Room for content of that type, behind what is gathered; a record under way
 * of another type is sealed. 0 bytes, and NULL: not before the network has
 * taken what is there.
 */
unsigned char *
record_out_room(record_out *out, unsigned type, size_t *len);

/* So many bytes of content were written there. */
void
record_out_add(record_out *out, size_t len);

/* Seal the record under way, if there is one. */
void
record_out_seal(record_out *out);

/* Drop it instead: the connection has failed. */
void
record_out_drop(record_out *out);

/*
 * A whole record of its own, behind the one under way, which is sealed. It
 * must fit: alerts do, thanks to the reserve.
 */
void
record_out_put(record_out *out, unsigned type, const void *content, size_t len);

/*
 * A KeyUpdate in front of the record under way, which is data and is sealed
 * with the next keys. `message` has RECORD_UPDATE_CONTENT bytes.
 */
void
record_out_rekey_in_front(record_out *out, const unsigned char *message,
	const tls13_suite *suite, const unsigned char *traffic);

/*
 * Keep room for a record of handshake messages, `len` bytes of content, in
 * front of the next one of data. Returns 0 if a record can't have as many.
 */
int
record_out_reserve(record_out *out, size_t len);

/*
 * Put it there: the record under way is data, and is not sealed yet. A
 * KeyUpdate may still go in between.
 */
void
record_out_put_in_front(
	record_out *out, const unsigned char *content, size_t len, int update);

/* From the next record on, these keys; the one under way is sealed before. */
void
record_out_rekey(record_out *out, const tls13_suite *suite,
	const unsigned char *traffic);

/* Bytes for the network; NULL for none. */
unsigned char *
record_out_buf(record_out *out, size_t *len);

/* The network took so many. */
void
record_out_ack(record_out *out, size_t len);

#endif
