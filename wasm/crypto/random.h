/*
 * Random bytes from a seed: ChaCha20 (RFC 8439) whose key is another one after
 * each draw ("fast key erasure": Bernstein, 2017). What was drawn before can't be
 * computed from what is in memory now. A draw of up to 224 bytes is one run of
 * ChaCha20 for 256, where HMAC-DRBG hashes ten blocks for 32.
 */
#ifndef RANDOM_H__
#define RANDOM_H__

#include "bearssl.h"

#define RANDOM_SEED 32

/* For br_ec_keygen, the first member may stand for it: it has `generate` alone. */
typedef struct {
	const br_prng_class *vtable;
	unsigned char key[RANDOM_SEED];
} random_source;

/*
 * Begin. `seed` is RANDOM_SEED bytes that nothing tells from random ones; it is not
 * kept.
 */
void
random_seed(random_source *r, const void *seed);

/* `len` bytes, of any length. Traps where there is no seed. */
void
random_draw(random_source *r, void *out, size_t len);

/*
 * The end: `seed` gets RANDOM_SEED bytes for another generator, which goes on in
 * place of this one.
 */
void
random_end(random_source *r, void *seed);

#endif
