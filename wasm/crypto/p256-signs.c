#include "p256-signs.h"

/*
 * see p256-signs.h
 *
 * With all signs set, the sum is 2^bits - 1; each one that isn't takes away
 * twice its power. So the bits are those of (k + 2^bits - 1) / 2.
 */
P256_SMALL uint32_t
p256_signs_of(p256_signs *s, const p256_int *k, int bits)
{
	uint32_t even = ((uint32_t)k->v[0] & 1) ^ 1;
	p256_int odd;
	int i;

	p256_int_complement(&odd, k, &p256_n);
	*s = *k;
	p256_int_select(s, &odd, even);
	P256_ROLLED
	for (i = 0; i < P256_LIMBS - 1; i++) {
		s->v[i] = s->v[i] >> 1 | (s->v[i + 1] & 1)
						 << (P256_LIMB_BITS - 1);
	}
	s->v[i] >>= 1;
	bits--;
	s->v[bits / P256_LIMB_BITS] |= 1 << (bits % P256_LIMB_BITS);
	return even;
}
