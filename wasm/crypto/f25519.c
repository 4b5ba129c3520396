#include "f25519.h"
#include "limb-columns.h"

#define TOP (P256_LIMBS - 1)

/* The top limb ends where p does. */
#define TOP_BITS (255 - TOP * P256_LIMB_BITS)
#define TOP_MASK (((int64_t)1 << TOP_BITS) - 1)

/* 2^255 and 2^261 modulo p */
#define FOLD_TOP 19
#define FOLD_LIMBS (19 << (P256_LIMBS * P256_LIMB_BITS - 255))

/* see f25519.h */
const f25519 f25519_p_limbs = {{0x1FFFFFED, 0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF,
	0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x1FFFFFFF, 0x007FFFFF, 0}};

/*
 * The columns from 2^261 on are carried first: a limb of theirs, not a whole
 * column, times 1216 fits beside the lower column that it is added to.
 */
static P256_INLINE void
multiply(f25519 *d, const f25519 *x, const f25519 *y, int square)
{
	int64_t a[P256_LIMBS], b[P256_LIMBS], high[P256_LIMBS], c = 0;
	int k;

	UNROLL
	for (k = 0; k < P256_LIMBS; k++) {
		a[k] = x->v[k];
		b[k] = square ? 2 * a[k] : y->v[k];
	}
	UNROLL
	for (k = P256_LIMBS; k < 2 * P256_LIMBS - 1; k++) {
		c += square ? square_column(a, b, k) : product_column(a, b, k);
		high[k - P256_LIMBS] = c & P256_LIMB_MASK;
		c >>= P256_LIMB_BITS;
	}
	high[TOP] = c;
	c = 0;
	UNROLL
	for (k = 0; k < P256_LIMBS; k++) {
		c += square ? square_column(a, b, k) : product_column(a, b, k);
		c += FOLD_LIMBS * high[k];
		d->v[k] = c & (k < TOP ? P256_LIMB_MASK : TOP_MASK);
		c >>= k < TOP ? P256_LIMB_BITS : TOP_BITS;
	}
	c = d->v[0] + FOLD_TOP * c;
	d->v[0] = c & P256_LIMB_MASK;
	d->v[1] += c >> P256_LIMB_BITS;
}

/* see f25519.h */
__attribute__((noinline)) void
f25519_mul(f25519 *d, const f25519 *a, const f25519 *b)
{
	multiply(d, a, b, 0);
}

/* see f25519.h */
__attribute__((noinline)) void
f25519_square(f25519 *d, const f25519 *a)
{
	multiply(d, a, a, 1);
}

/*
 * see f25519.h
 *
 * Carries go one limb up, all at once: in turn they would be what the ladder
 * waits for.
 */
__attribute__((noinline)) void
f25519_combine(f25519 *d, const f25519 *a, int32_t k, const f25519 *b)
{
	int64_t s[P256_LIMBS], carry;
	int i;

	UNROLL
	for (i = 0; i < P256_LIMBS; i++) {
		s[i] = a->v[i] + (int64_t)k * b->v[i];
	}
	carry = FOLD_TOP * (s[TOP] >> TOP_BITS);
	UNROLL
	for (i = 0; i < P256_LIMBS; i++) {
		d->v[i] =
			carry + (s[i] & (i < TOP ? P256_LIMB_MASK : TOP_MASK));
		carry = s[i] >> P256_LIMB_BITS;
	}
}
