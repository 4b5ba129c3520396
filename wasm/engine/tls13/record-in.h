/*
 * Records from the network, one after the other, each opened in place (RFC
 * 8446, 5). What is inside is to be taken whole before the next one comes.
 */
#ifndef TLS13_RECORD_IN_H__
#define TLS13_RECORD_IN_H__

#include "aead.h"

/* Content types (5.1). */
#define RECORD_CCS 20
#define RECORD_ALERT 21
#define RECORD_HANDSHAKE 22
#define RECORD_DATA 23

#define RECORD_HEADER 5

/* The longest content, and what protection may add to it (5.2). */
#define RECORD_CONTENT_MAX 16384
#define RECORD_EXPANSION_MAX 256

/* Room for any record. */
#define RECORD_IN_SIZE \
	(RECORD_HEADER + RECORD_CONTENT_MAX + RECORD_EXPANSION_MAX)

/* ChangeCipherSpecs in a handshake: behind the first hello, and the second. */
#define RECORD_CCS_MAX 2

typedef struct {
	aead keys;
	unsigned char *buf;
	size_t have; /* bytes of this record, so far */

	/* What is inside, once the record is whole and open. */
	int is_open;
	unsigned type;
	const unsigned char *content;
	size_t left; /* bytes that are not taken yet */

	/* Bytes of a handshake message that goes on in the next record. */
	size_t partial;

	/* A record of one byte 1, that ChangeCipherSpec of TLS 1.2, means
	   nothing (5, D.4). So many may still come. */
	unsigned ccs_allowed;

	/* The peer's alerts may still be in the clear. */
	int plain_alerts;

	/* Early data that may still be skipped (4.2.10); see early-data.c. */
	size_t skippable;
} record_in;

/* `buf` has room for RECORD_IN_SIZE bytes. */
void
record_in_init(record_in *in, unsigned char *buf);

/* Room for bytes from the network; NULL while a record is open. */
unsigned char *
record_in_room(record_in *in, size_t *len);

/* So many bytes came. Returns 0 or an error. */
int
record_in_ack(record_in *in, size_t len);

/* So many bytes of the content are done with; after the last one, the next
   record may come. An empty content is taken with 0. */
void
record_in_take(record_in *in, size_t len);

/*
 * From the next record on, these keys. Returns an error if a handshake
 * message is in pieces, or goes on in this record: no message may be read
 * under two keys (5.1), nor one be taken for authentic that came before its
 * key.
 */
int
record_in_rekey(
	record_in *in, const tls13_suite *suite, const unsigned char *traffic);

#endif
