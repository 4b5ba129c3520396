#ifndef AES_KEYS_H__
#define AES_KEYS_H__

#include "bearssl.h"

#define AES_BLOCK 16
#define AES_MAX_ROUNDS 14

/* The round keys of FIPS 197, 5.2, in the order of the bytes of a block. */
typedef struct {
	unsigned rounds;
	unsigned char round[AES_MAX_ROUNDS + 1][AES_BLOCK];
} aes_keys;

/*
 * Expands a key of 16, 24 or 32 bytes, with BearSSL's bit-sliced S-box: no
 * branch or address depends on the key.
 */
void
aes_expand(aes_keys *keys, const void *key, size_t len);

#endif
