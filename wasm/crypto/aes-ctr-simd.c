#include <string.h>
#include "inner.h"
#include "aes-bitslice.h"
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

static uint32_t
ctr_run(const br_block_ctr_class *const *ctx, const void *iv, uint32_t cc,
	void *data, size_t len)
{
	unsigned char *buf = data;
	aes_sliced_keys keys;
	v128_t base, x[AES_SLICED_BLOCKS];

	aes_sliced_spread(&keys, &((const context *)ctx)->keys);
	base = wasm_v128_load32_zero((const unsigned char *)iv + 8);
	base = wasm_i64x2_shuffle(wasm_v128_load64_zero(iv), base, 0, 2);
	while (len > 0) {
		unsigned char last[BATCH];
		size_t n = len < BATCH ? len : BATCH;
		uint32_t i;

		for (i = 0; i < AES_SLICED_BLOCKS; i++) {
			x[i] = wasm_i32x4_replace_lane(
				base, 3, (int32_t)br_swap32(cc + i));
		}
		aes_sliced_encrypt(&keys, x);
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
