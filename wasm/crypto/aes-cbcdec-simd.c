#include <string.h>
#include "aes-bitslice.h"
#include "aes-simd.h"

typedef struct {
	const br_block_cbcdec_class *vtable;
	aes_keys keys;
} context;

_Static_assert(sizeof(context) <= sizeof(br_aes_gen_cbcdec_keys),
	"BearSSL reserves room for its own contexts");

static void
cbcdec_init(const br_block_cbcdec_class **ctx, const void *key, size_t len)
{
	context *c = (context *)ctx;

	c->vtable = &aes_simd_cbcdec_vtable;
	aes_expand(&c->keys, key, len);
}

/* `len` is a multiple of AES_BLOCK. */
static void
cbcdec_run(const br_block_cbcdec_class *const *ctx, void *iv, void *data,
	size_t len)
{
	unsigned char *buf = data;
	aes_sliced_keys keys;
	v128_t previous = wasm_v128_load(iv);

	aes_sliced_spread(&keys, &((const context *)ctx)->keys);
	while (len > 0) {
		v128_t x[AES_SLICED_BLOCKS] = {0};
		size_t i, blocks = len / AES_BLOCK;

		if (blocks > AES_SLICED_BLOCKS) {
			blocks = AES_SLICED_BLOCKS;
		}
		memcpy(x, buf, blocks * AES_BLOCK);
		aes_sliced_decrypt(&keys, x);
		for (i = 0; i < blocks; i++) {
			v128_t cipher = wasm_v128_load(buf);

			wasm_v128_store(buf, x[i] ^ previous);
			previous = cipher;
			buf += AES_BLOCK;
		}
		len -= blocks * AES_BLOCK;
	}
	wasm_v128_store(iv, previous);
}

/* see aes-simd.h */
const br_block_cbcdec_class aes_simd_cbcdec_vtable = {
	sizeof(context),
	AES_BLOCK,
	4,
	&cbcdec_init,
	&cbcdec_run,
};
