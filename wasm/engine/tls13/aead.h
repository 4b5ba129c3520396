/*
 * The protection of records in one direction (RFC 8446, 5.2 and 5.3): a
 * key, an IV and the next record's number. Everything is done in place.
 */
#ifndef TLS13_AEAD_H__
#define TLS13_AEAD_H__

#include "suites.h"

#define AEAD_TAG 16
#define AEAD_IV 12

/* What is authenticated with a record: its header (5.2). */
#define AEAD_HEADER 5

typedef struct {
	const tls13_suite *suite; /* NULL: no key yet */
	union {
		unsigned char chacha20[32];
		struct {
			br_aes_gen_ctr_keys keys;
			br_gcm_context gcm;
		} aes;
	} key;
	unsigned char iv[AEAD_IV];
	uint64_t sequence;
} aead;

/* Take the key and the IV of a traffic secret; the numbers begin at 0. */
void
aead_set(aead *a, const tls13_suite *suite, const unsigned char *traffic);

/* Seal `len` bytes; the tag goes behind them. */
void
aead_seal(
	aead *a, const unsigned char *header, unsigned char *data, size_t len);

/*
 * Open `len` bytes and the tag behind them. Returns 0 if they are not what
 * the peer sealed: the number then stays, and the bytes are garbage.
 */
int
aead_open(
	aead *a, const unsigned char *header, unsigned char *data, size_t len);

#endif
