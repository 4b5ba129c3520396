#include "p256-limbs.h"

/* p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (FIPS 186-4, D.1.2.3) */
const p256_modulus p256_p = {
	{{0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x000001FF, 0x00000000,
		0x00000000, 0x00040000, 0x1FE00000, 0x00FFFFFF}},
	0x1FFFFFFF,
};

const p256_modulus p256_n = {
	{{0x1C632551, 0x1DCE5617, 0x05E7A13C, 0x0DF55B4E, 0x1FFFFBCE,
		0x1FFFFFFF, 0x0003FFFF, 0x1FE00000, 0x00FFFFFF}},
	0x11FF43B1,
};

/* see p256-limbs.h */
P256_SMALL void
p256_int_decode(p256_int *d, const unsigned char *src)
{
	uint64_t pool = 0;
	int bits = 0, limb = 0, i;

	for (i = P256_BYTES - 1; i >= 0; i--) {
		pool |= (uint64_t)src[i] << bits;
		bits += 8;
		if (bits >= P256_LIMB_BITS) {
			d->v[limb++] = (int32_t)(pool & P256_LIMB_MASK);
			pool >>= P256_LIMB_BITS;
			bits -= P256_LIMB_BITS;
		}
	}
	d->v[limb] = (int32_t)pool;
}

/* see p256-limbs.h */
P256_SMALL void
p256_int_encode(unsigned char *dst, const p256_int *a)
{
	uint64_t pool = 0;
	int bits = 0, limb = 0, i;

	for (i = P256_BYTES - 1; i >= 0; i--) {
		if (bits < 8) {
			pool |= (uint64_t)a->v[limb++] << bits;
			bits += P256_LIMB_BITS;
		}
		dst[i] = (unsigned char)pool;
		pool >>= 8;
		bits -= 8;
	}
}

/* d = a - b, limbs 0 <= v[i] < 2^29. Returns the borrow, 0 or 1. */
static P256_INLINE uint32_t
subtract(p256_int *d, const p256_int *a, const p256_int *b)
{
	int32_t carry = 0;
	int i;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		carry += a->v[i] - b->v[i];
		d->v[i] = carry & P256_LIMB_MASK;
		carry >>= P256_LIMB_BITS;
	}
	return (uint32_t)-carry;
}

/* see p256-limbs.h */
P256_SMALL uint32_t
p256_int_reduce(p256_int *d, const p256_modulus *m)
{
	p256_int less;
	uint32_t enough = subtract(&less, d, &m->m) ^ 1;

	p256_int_select(d, &less, enough);
	return enough;
}

/* see p256-limbs.h */
P256_SMALL void
p256_int_complement(p256_int *d, const p256_int *a, const p256_modulus *m)
{
	subtract(d, &m->m, a);
}

/* see p256-limbs.h */
P256_SMALL uint32_t
p256_int_is_zero(const p256_int *a)
{
	uint32_t any = 0;
	int i;

	for (i = 0; i < P256_LIMBS; i++) {
		any |= (uint32_t)a->v[i];
	}
	return ((any | -any) >> 31) ^ 1;
}
