/*
 * Into Montgomery form, and out of it.
 */
#include "p256-field.h"

/* 2^522 modulo p */
static const p256_fe r2 = {{0x00000C00, 0x00000000, 0x1FFF0000, 0x1FDFFFFF,
	0x1FBFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFE, 0x00000013}};

/* From Montgomery form to the canonical integer. */
static P256_INLINE void
leave(p256_int *d, const p256_fe *a)
{
	static const p256_int one = {{1}};
	int32_t carry = 0;
	int i;

	/* (a + m * p) / 2^261, m < 2^261: between 0 and p, both possible. */
	p256_mul(d, a, &one);
	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		carry += d->v[i];
		d->v[i] = carry & P256_LIMB_MASK;
		carry >>= P256_LIMB_BITS;
	}
	p256_int_reduce(d, &p256_p);
}

/* see p256-field.h */
P256_SMALL uint32_t
p256_is_zero(const p256_fe *a)
{
	p256_int x;

	leave(&x, a);
	return p256_int_is_zero(&x);
}

/* see p256-field.h */
P256_SMALL void
p256_invert(p256_fe *d, const p256_fe *a)
{
	p256_int x;

	leave(&x, a);
	p256_int_invert(&x, &p256_p);
	p256_mul(d, &x, &r2);
}

/* see p256-field.h */
P256_SMALL uint32_t
p256_decode(p256_fe *d, const unsigned char *src)
{
	p256_int x;
	uint32_t excess;

	p256_int_decode(&x, src);
	excess = p256_int_reduce(&x, &p256_p);
	p256_mul(d, &x, &r2);
	return excess ^ 1;
}

/* see p256-field.h */
P256_SMALL void
p256_encode(unsigned char *dst, const p256_fe *a)
{
	p256_int x;

	leave(&x, a);
	p256_int_encode(dst, &x);
}
