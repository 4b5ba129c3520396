#ifndef AES_KEYS_H__
#define AES_KEYS_H__

#include "bearssl.h"

#define AES_BLOCK 16
#define AES_MAX_ROUNDS 14

/* What the S-box adds at its end. Our S-boxes don't: round keys bring it. */
#define AES_SBOX_CONSTANT 0x63

/* The round keys of FIPS 197, 5.2, in the order of the bytes of a block. */
typedef struct {
	unsigned rounds;
	unsigned char round[AES_MAX_ROUNDS + 1][AES_BLOCK];
} aes_keys;

/*
 * Expands a key of 16, 24 or 32 bytes. The S-box is made of tables that fit
 * a register (aes-tables.h): no branch or address depends on the key.
 */
void
aes_expand(aes_keys *keys, const void *key, size_t len);

#endif
