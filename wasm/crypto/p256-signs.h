/*
 * A multiplier without zero digits.
 */
#ifndef P256_SIGNS_H__
#define P256_SIGNS_H__

#include "p256-limbs.h"

/*
 * A multiplier k < n as `bits` signs, for bits > 255: bit i stands for
 * +2^i if it is set, for -2^i if not. Only odd numbers can be written so:
 * for an even k it is n - k that is written, and 1 that is returned.
 */
typedef p256_int p256_signs;
uint32_t
p256_signs_of(p256_signs *s, const p256_int *k, int bits);

/* `count` <= 8 signs from bit `at` on; the position is public. */
static inline uint32_t
p256_signs_at(const p256_signs *s, int at, int count)
{
	int limb = at / P256_LIMB_BITS;
	uint64_t two = (uint64_t)s->v[limb];

	if (limb + 1 < P256_LIMBS) {
		two |= (uint64_t)s->v[limb + 1] << P256_LIMB_BITS;
	}
	return (uint32_t)(two >> (at % P256_LIMB_BITS)) &
	       (((uint32_t)1 << count) - 1);
}

#endif
