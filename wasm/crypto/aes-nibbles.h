#ifndef AES_NIBBLES_H__
#define AES_NIBBLES_H__

#include <wasm_simd128.h>
#include "aes-keys.h"

/*
 * AES encryption (FIPS 197) of one block or two, for modes where a block
 * waits for the one before. The S-box is made of 16-byte tables, one a
 * vector register, and i8x16.swizzle: the index moves bytes within a
 * register, whose time is the same for all. No branch or address depends
 * on key or data.
 */

/* The round keys in the basis of the tables, except the last. */
typedef struct {
	unsigned rounds;
	unsigned char round[AES_MAX_ROUNDS + 1][AES_BLOCK];
} aes_nibble_keys;

void
aes_nibbles_prepare(aes_nibble_keys *nibbles, const aes_keys *keys);

v128_t
aes_nibbles_encrypt(const aes_nibble_keys *keys, v128_t block);
void
aes_nibbles_encrypt_two(const aes_nibble_keys *keys, v128_t blocks[2]);

#endif
