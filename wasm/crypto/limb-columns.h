/*
 * Products of integers of nine limbs, column by column: of the fields of P-256 and Curve25519.
 */
#ifndef LIMB_COLUMNS_H__
#define LIMB_COLUMNS_H__

#include "p256-limbs.h"

/* Straight-line code: indices become names of local variables. */
#define UNROLL _Pragma("clang loop unroll(full)")

/* Limb k of a * b, without carries. */
static inline int64_t
product_column(const int64_t *a, const int64_t *b, int k)
{
	int64_t sum = 0;
	int i;

	UNROLL
	for (i = 0; i < P256_LIMBS; i++) {
		if (k - i >= 0 && k - i < P256_LIMBS) {
			sum += a[i] * b[k - i];
		}
	}
	return sum;
}

/* Limb k of a * a, without carries; `twice` is 2 * a. */
static inline int64_t
square_column(const int64_t *a, const int64_t *twice, int k)
{
	int64_t sum = (k & 1) == 0 ? a[k >> 1] * a[k >> 1] : 0;
	int i;

	UNROLL
	for (i = 0; i < P256_LIMBS; i++) {
		if (i < k - i && k - i < P256_LIMBS) {
			sum += a[i] * twice[k - i];
		}
	}
	return sum;
}

#endif
