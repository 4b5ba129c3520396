#ifndef AES_BITSLICE_H__
#define AES_BITSLICE_H__

#include <wasm_simd128.h>
#include "aes-keys.h"

/*
 * AES (FIPS 197) on eight blocks at once, bit-sliced: vector i holds bit i
 * of all 128 bytes. The S-box is a circuit, the rest are permutations and
 * exclusive ors: no branch or address depends on key or data.
 */

#define AES_SLICED_BLOCKS 8

/* The round keys, each bit spread over the eight blocks. */
typedef struct {
	unsigned rounds;
	v128_t bits[AES_MAX_ROUNDS + 1][8];
} aes_sliced_keys;

void
aes_sliced_spread(aes_sliced_keys *sliced, const aes_keys *keys);

/* Encrypts or decrypts eight blocks, one a vector. */
void
aes_sliced_encrypt(
	const aes_sliced_keys *keys, v128_t blocks[AES_SLICED_BLOCKS]);
void
aes_sliced_decrypt(
	const aes_sliced_keys *keys, v128_t blocks[AES_SLICED_BLOCKS]);

#endif
