#include "p256-field.h"
#include "limb-columns.h"

#define TOP (P256_LIMBS - 1)
#define HALF ((int64_t)1 << (P256_LIMB_BITS - 1))

/* 2^261 modulo p */
const p256_fe p256_one = {{0x00000020, 0x00000000, 0x00000000, 0x1FFFC000,
	0x1FFFFFFF, 0x1FFFFFFF, 0x1F7FFFFF, 0x03FFFFFF, 0x00000000}};

/*
 * Limb k of m * (p + 1). Because p is -1 modulo 2^29, Montgomery's
 * multiplier m[i] is limb i itself; adding m[i] * p clears it, and adds
 * m[i] times 2^256 - 2^224 + 2^192 + 2^96, which are shifts.
 */
static inline int64_t
fold_column(const int64_t *m, int k)
{
	int64_t sum = 0;

	if (k >= 3 && k - 3 <= TOP) {
		sum += m[k - 3] << (96 - 3 * P256_LIMB_BITS);
	}
	if (k >= 6 && k - 6 <= TOP) {
		sum += m[k - 6] << (192 - 6 * P256_LIMB_BITS);
	}
	if (k >= 7 && k - 7 <= TOP) {
		sum -= m[k - 7] << (224 - 7 * P256_LIMB_BITS);
	}
	if (k >= 8 && k - 8 <= TOP) {
		sum += m[k - 8] << (256 - 8 * P256_LIMB_BITS);
	}
	return sum;
}

/*
 * Montgomery's product of a and b, column by column. The limbs that stay
 * are balanced, between -2^28 and 2^28: the shift right of a negative
 * number rounds down.
 */
static P256_INLINE void
multiply(p256_fe *d, const p256_fe *x, const p256_fe *y, int square)
{
	int64_t a[P256_LIMBS], b[P256_LIMBS], m[P256_LIMBS], c = 0;
	int k;

	UNROLL
	for (k = 0; k < P256_LIMBS; k++) {
		a[k] = x->v[k];
		b[k] = square ? 2 * a[k] : y->v[k];
	}
	UNROLL
	for (k = 0; k < 2 * P256_LIMBS - 1; k++) {
		c += square ? square_column(a, b, k) : product_column(a, b, k);
		c += fold_column(m, k);
		if (k < P256_LIMBS) {
			m[k] = c & P256_LIMB_MASK;
		} else {
			c += HALF;
			d->v[k - P256_LIMBS] =
				(int32_t)((c & P256_LIMB_MASK) - HALF);
		}
		c >>= P256_LIMB_BITS;
	}
	d->v[TOP] = (int32_t)c;
}

/* see p256-field.h */
__attribute__((noinline)) void
p256_mul(p256_fe *d, const p256_fe *a, const p256_fe *b)
{
	multiply(d, a, b, 0);
}

/* see p256-field.h */
__attribute__((noinline)) void
p256_square(p256_fe *d, const p256_fe *a)
{
	multiply(d, a, a, 1);
}

/*
 * see p256-field.h
 *
 * The top limb says how many times p the sum holds, to the nearest
 * integer; that many p are taken off before the carries.
 */
__attribute__((noinline)) void
p256_combine(p256_fe *d, int j, const p256_fe *a, int k, const p256_fe *b)
{
	int64_t s[P256_LIMBS], c = 0, q;
	int i;

	UNROLL
	for (i = 0; i < P256_LIMBS; i++) {
		s[i] = (int64_t)j * a->v[i] + (int64_t)k * b->v[i];
	}
	q = (s[TOP] + (1 << 23)) >> 24;
	s[0] += q;
	s[3] -= q * (1 << (96 - 3 * P256_LIMB_BITS));
	s[6] -= q * (1 << (192 - 6 * P256_LIMB_BITS));
	s[7] += q * (1 << (224 - 7 * P256_LIMB_BITS));
	s[8] -= q * (1 << 24);
	UNROLL
	for (i = 0; i < TOP; i++) {
		c += s[i] + HALF;
		d->v[i] = (int32_t)((c & P256_LIMB_MASK) - HALF);
		c >>= P256_LIMB_BITS;
	}
	d->v[TOP] = (int32_t)(s[TOP] + c);
}
