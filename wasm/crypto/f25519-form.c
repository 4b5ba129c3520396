/*
 * From and to bytes.
 */
#include <string.h>
#include "f25519.h"
#include "wipe.h"

/* p, and 1/p modulo 2^29 */
static const p256_modulus modulus = {
	{{0x1FFFFFED, 0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF,
		0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x007FFFFF}},
	0x179435E5,
};

/* see f25519.h */
void
f25519_decode(f25519 *d, const unsigned char *src)
{
	const int last = F25519_BYTES - (int)sizeof(uint64_t);
	uint64_t word;
	int i, bit, at;

	P256_ROLLED
	for (i = 0, bit = 0; i < P256_LIMBS - 1; i++, bit += P256_LIMB_BITS) {
		at = bit >> 3 < last ? bit >> 3 : last;
		memcpy(&word, src + at, sizeof word);
		d->v[i] = (int64_t)(word >> (bit - 8 * at)) & P256_LIMB_MASK;
	}
	memcpy(&word, src + F25519_BYTES - sizeof word, sizeof word);
	d->v[i] = (int64_t)(word << 1 >> 41);
	d->v[i + 1] = 0;
}

/* 0 <= d < p, for a carried element: it is between -p and 2 p. */
static P256_SMALL void
make_canonical(p256_int *d, const f25519 *a)
{
	int64_t carry = 0;
	int i;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		carry += a->v[i] + modulus.m.v[i];
		d->v[i] = (int32_t)(carry & P256_LIMB_MASK);
		carry >>= P256_LIMB_BITS;
	}
	p256_int_reduce(d, &modulus);
	p256_int_reduce(d, &modulus);
}

/* see f25519.h */
P256_SMALL void
f25519_encode_quotient(unsigned char *dst, const f25519 *a, const f25519 *b)
{
	f25519 inverse = {{0}};
	p256_int x;
	unsigned char big_endian[F25519_BYTES];
	int i;

	make_canonical(&x, b);
	p256_int_invert(&x, &modulus);
	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		inverse.v[i] = x.v[i];
	}
	f25519_mul(&inverse, &inverse, a);
	make_canonical(&x, &inverse);
	p256_int_encode(big_endian, &x);
	P256_ROLLED
	for (i = 0; i < F25519_BYTES; i++) {
		dst[i] = big_endian[F25519_BYTES - 1 - i];
	}
	wipe(&inverse, sizeof inverse);
	wipe(&x, sizeof x);
	wipe(big_endian, sizeof big_endian);
}
