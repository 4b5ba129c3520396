#include "aes-nibbles.h"
#include "aes-simd.h"

typedef struct {
	const br_block_cbcenc_class *vtable;
	aes_nibble_keys keys;
} context;

_Static_assert(sizeof(context) <= sizeof(br_aes_gen_cbcenc_keys),
	"BearSSL reserves room for its own contexts");

static void
cbcenc_init(const br_block_cbcenc_class **ctx, const void *key, size_t len)
{
	context *c = (context *)ctx;
	aes_keys plain;

	c->vtable = &aes_simd_cbcenc_vtable;
	aes_expand(&plain, key, len);
	aes_nibbles_prepare(&c->keys, &plain);
}

/* `len` is a multiple of AES_BLOCK. */
static void
cbcenc_run(const br_block_cbcenc_class *const *ctx, void *iv, void *data,
	size_t len)
{
	const aes_nibble_keys *keys = &((const context *)ctx)->keys;
	unsigned char *buf = data, *end = buf + len;
	v128_t block = wasm_v128_load(iv);

	for (; buf != end; buf += AES_BLOCK) {
		block ^= wasm_v128_load(buf);
		block = aes_nibbles_encrypt(keys, block);
		wasm_v128_store(buf, block);
	}
	wasm_v128_store(iv, block);
}

/* see aes-simd.h */
const br_block_cbcenc_class aes_simd_cbcenc_vtable = {
	sizeof(context),
	AES_BLOCK,
	4,
	&cbcenc_init,
	&cbcenc_run,
};
