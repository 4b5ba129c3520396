/*
 * Keccak (FIPS 202): SHA3-256, SHA3-512, SHAKE128 and SHAKE256, which differ
 * in a rate and in a suffix. Constant time: only lengths decide where it
 * goes.
 */
#ifndef KECCAK_H__
#define KECCAK_H__

#include <stddef.h>
#include <stdint.h>

typedef struct {
	uint64_t lanes[25];
	uint32_t rate; /* bytes that a permutation takes in or gives out */
	uint32_t at;   /* of them, how many it has taken or given */
	unsigned char suffix;
} keccak;

typedef struct {
	unsigned char rate, suffix;
} keccak_function;

extern const keccak_function keccak_sha3_256, keccak_sha3_512, keccak_shake128,
	keccak_shake256;

void
keccak_init(keccak *k, const keccak_function *f);

void
keccak_absorb(keccak *k, const void *data, size_t len);

/* Absorb no more after this, and squeeze no sooner. */
void
keccak_finish(keccak *k);

/* The next `len` bytes of output. SHA-3 has 32 or 64 and no more. */
void
keccak_squeeze(keccak *k, void *out, size_t len);

#endif
