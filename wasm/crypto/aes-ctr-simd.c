#include <string.h>
#include "aes-bitslice.h"
#include "aes-nibbles.h"
#include "aes-simd.h"

#define BATCH (AES_SLICED_BLOCKS * AES_BLOCK)

typedef struct {
	const br_block_ctr_class *vtable;
	aes_keys keys;
} context;

_Static_assert(sizeof(context) <= sizeof(br_aes_gen_ctr_keys),
	"BearSSL reserves room for its own contexts");

static void
ctr_init(const br_block_ctr_class **ctx, const void *key, size_t len)
{
	context *c = (context *)ctx;

	c->vtable = &aes_simd_ctr_vtable;
	aes_expand(&c->keys, key, len);
}

/* The counter is a number while it counts, big-endian when it is used. */
#define COUNTER_LAST \
	wasm_i8x16_const(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 14, 13, 12)

static inline v128_t
first_block(const void *iv, uint32_t cc)
{
	uint32_t words[4] = {0, 0, 0, cc};

	memcpy(words, iv, 12);
	return wasm_v128_load(words);
}

/* Exclusive or of a whole batch with a key stream. */
static inline void
mix(unsigned char *data, const v128_t stream[AES_SLICED_BLOCKS])
{
	int i;

	for (i = 0; i < AES_SLICED_BLOCKS; i++) {
		unsigned char *at = data + i * AES_BLOCK;

		wasm_v128_store(at, wasm_v128_load(at) ^ stream[i]);
	}
}

/* A block at most, as for the tag of a record: eight would take longer. */
static void
one_block(const aes_keys *keys, v128_t counter, unsigned char *data, size_t len)
{
	aes_nibble_keys nibbles;
	unsigned char last[AES_BLOCK] = {0};
	v128_t x;

	aes_nibbles_prepare(&nibbles, keys);
	x = aes_nibbles_encrypt(
		&nibbles, wasm_i8x16_swizzle(counter, COUNTER_LAST));
	memcpy(last, data, len);
	wasm_v128_store(last, wasm_v128_load(last) ^ x);
	memcpy(data, last, len);
}

static uint32_t
ctr_run(const br_block_ctr_class *const *ctx, const void *iv, uint32_t cc,
	void *data, size_t len)
{
	unsigned char *buf = data;
	const aes_keys *keys = &((const context *)ctx)->keys;
	aes_sliced_keys sliced;
	v128_t next = first_block(iv, cc), x[AES_SLICED_BLOCKS];

	if (len <= AES_BLOCK) {
		one_block(keys, next, buf, len);
		return cc + (uint32_t)(len / AES_BLOCK);
	}
	aes_sliced_spread(&sliced, keys);
	while (len > 0) {
		unsigned char last[BATCH];
		size_t n = len < BATCH ? len : BATCH;
		int i;

		for (i = 0; i < AES_SLICED_BLOCKS; i++) {
			x[i] = wasm_i8x16_swizzle(next, COUNTER_LAST);
			next = wasm_i32x4_add(
				next, wasm_i32x4_const(0, 0, 0, 1));
		}
		aes_sliced_encrypt(&sliced, x);
		if (n == BATCH) {
			mix(buf, x);
		} else {
			memcpy(last, buf, n);
			mix(last, x);
			memcpy(buf, last, n);
		}
		cc += (uint32_t)(n / AES_BLOCK);
		buf += n;
		len -= n;
	}
	return cc;
}

/* see aes-simd.h */
const br_block_ctr_class aes_simd_ctr_vtable = {
	sizeof(context),
	AES_BLOCK,
	4,
	&ctr_init,
	&ctr_run,
};
