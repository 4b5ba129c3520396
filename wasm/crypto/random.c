#include <string.h>
#include "chacha20-simd.h"
#include "random.h"
#include "wipe.h"

/* What chacha20_simd_run makes at once, and so without a copy of its own. */
#define STREAM 256
#define DRAWN (STREAM - RANDOM_SEED)

static void
generate(const br_prng_class **vtable, void *out, size_t len)
{
	random_draw((random_source *)(void *)vtable, out, len);
}

static const br_prng_class random_vtable = {
	sizeof(random_source), NULL, &generate, NULL};

/* What comes of the key: the next one, and bytes behind it. */
static void
next_stream(random_source *r, unsigned char *stream)
{
	/* It may stay the same, since no key serves twice (RFC 8439, 2.3). */
	static const unsigned char nonce[12];

	memset(stream, 0, STREAM);
	chacha20_simd_run(r->key, nonce, 0, stream, STREAM);
	memcpy(r->key, stream, sizeof r->key);
}

/* see random.h */
void
random_seed(random_source *r, const void *seed)
{
	unsigned char stream[STREAM];

	r->vtable = &random_vtable;
	memcpy(r->key, seed, sizeof r->key);
	next_stream(r, stream);
	wipe(stream, sizeof stream);
}

/* see random.h */
void
random_draw(random_source *r, void *out, size_t len)
{
	unsigned char stream[STREAM], *to = out;

	if (r->vtable == NULL) {
		__builtin_trap();
	}
	while (len > 0) {
		size_t n = len < DRAWN ? len : DRAWN;

		next_stream(r, stream);
		memcpy(to, stream + RANDOM_SEED, n);
		to += n;
		len -= n;
	}
	wipe(stream, sizeof stream);
}

/* see random.h */
void
random_end(random_source *r, void *seed)
{
	memcpy(seed, r->key, sizeof r->key);
	wipe(r, sizeof *r);
}
