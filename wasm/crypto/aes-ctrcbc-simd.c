#include "inner.h"
#include "aes-nibbles.h"
#include "aes-simd.h"

/*
 * A block of key stream and a block of CBC-MAC don't wait for each other:
 * they run as a pair.
 */
typedef struct {
	const br_block_ctrcbc_class *vtable;
	aes_nibble_keys keys;
} context;

_Static_assert(sizeof(context) <= sizeof(br_aes_gen_ctrcbc_keys),
	"BearSSL reserves room for its own contexts");

static void
ctrcbc_init(const br_block_ctrcbc_class **ctx, const void *key, size_t len)
{
	context *c = (context *)ctx;
	aes_keys plain;

	c->vtable = &aes_simd_ctrcbc_vtable;
	aes_expand(&plain, key, len);
	aes_nibbles_prepare(&c->keys, &plain);
}

/* A counter of 128 bits, most significant byte first. */
typedef struct {
	uint64_t high, low;
} counter;

static inline counter
load_counter(const unsigned char *ctr)
{
	counter c = {br_dec64be(ctr), br_dec64be(ctr + 8)};

	return c;
}

static inline void
store_counter(unsigned char *ctr, counter c)
{
	br_enc64be(ctr, c.high);
	br_enc64be(ctr + 8, c.low);
}

/* The counter's block; then it is one more. */
static inline v128_t
next_block(counter *c)
{
	v128_t x = wasm_i64x2_make((int64_t)c->high, (int64_t)c->low);

	c->low++;
	c->high += c->low == 0;
	return wasm_i8x16_shuffle(
		x, x, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
}

/* Here and below, `len` is a multiple of AES_BLOCK. */
static void
ctrcbc_encrypt(const br_block_ctrcbc_class *const *ctx, void *ctr, void *cbcmac,
	void *data, size_t len)
{
	const aes_nibble_keys *keys = &((const context *)ctx)->keys;
	unsigned char *buf = data, *end = buf + len;
	counter c = load_counter(ctr);
	v128_t pair[2] = {wasm_i64x2_const(0, 0), wasm_v128_load(cbcmac)};

	if (len == 0) {
		return;
	}
	pair[0] = aes_nibbles_encrypt(keys, next_block(&c));
	for (;;) {
		v128_t block = wasm_v128_load(buf) ^ pair[0];

		wasm_v128_store(buf, block);
		pair[1] ^= block;
		buf += AES_BLOCK;
		if (buf == end) {
			break;
		}
		pair[0] = next_block(&c);
		aes_nibbles_encrypt_two(keys, pair);
	}
	wasm_v128_store(cbcmac, aes_nibbles_encrypt(keys, pair[1]));
	store_counter(ctr, c);
}

static void
ctrcbc_decrypt(const br_block_ctrcbc_class *const *ctx, void *ctr, void *cbcmac,
	void *data, size_t len)
{
	const aes_nibble_keys *keys = &((const context *)ctx)->keys;
	unsigned char *buf = data, *end = buf + len;
	counter c = load_counter(ctr);
	v128_t pair[2] = {wasm_i64x2_const(0, 0), wasm_v128_load(cbcmac)};

	for (; buf != end; buf += AES_BLOCK) {
		v128_t block = wasm_v128_load(buf);

		pair[0] = next_block(&c);
		pair[1] ^= block;
		aes_nibbles_encrypt_two(keys, pair);
		wasm_v128_store(buf, block ^ pair[0]);
	}
	wasm_v128_store(cbcmac, pair[1]);
	store_counter(ctr, c);
}

static void
ctrcbc_ctr(const br_block_ctrcbc_class *const *ctx, void *ctr, void *data,
	size_t len)
{
	const aes_nibble_keys *keys = &((const context *)ctx)->keys;
	unsigned char *buf = data, *end = buf + len;
	counter c = load_counter(ctr);

	for (; buf != end; buf += AES_BLOCK) {
		v128_t stream = aes_nibbles_encrypt(keys, next_block(&c));

		wasm_v128_store(buf, wasm_v128_load(buf) ^ stream);
	}
	store_counter(ctr, c);
}

static void
ctrcbc_mac(const br_block_ctrcbc_class *const *ctx, void *cbcmac,
	const void *data, size_t len)
{
	const aes_nibble_keys *keys = &((const context *)ctx)->keys;
	const unsigned char *buf = data, *end = buf + len;
	v128_t block = wasm_v128_load(cbcmac);

	for (; buf != end; buf += AES_BLOCK) {
		block ^= wasm_v128_load(buf);
		block = aes_nibbles_encrypt(keys, block);
	}
	wasm_v128_store(cbcmac, block);
}

/* see aes-simd.h */
const br_block_ctrcbc_class aes_simd_ctrcbc_vtable = {
	sizeof(context),
	AES_BLOCK,
	4,
	&ctrcbc_init,
	&ctrcbc_encrypt,
	&ctrcbc_decrypt,
	&ctrcbc_ctr,
	&ctrcbc_mac,
};
