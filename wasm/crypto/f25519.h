/*
 * The field of Curve25519: integers modulo p = 2^255 - 19.
 *
 * An element is the sum of v[i] * 2^(29*i), i < 9; v[9] is 0, and makes it five
 * vectors of 16 bytes. Limbs have 64 bits, because V8 extends a limb of 32 by
 * an instruction of its own.
 *
 * Limbs are signed, and lazy: a sum or difference carries nothing. The rule is
 * that for any operands a and b of a multiplication, with limbs up to A * 2^29
 * and B * 2^29 in absolute value (and the top one up to 2^6 times less), A * B
 * is at most 3: the products of a column stay below 2^63. What is decoded or
 * carried has A = 1, and so has a difference or f25519_add of two of those: it
 * takes off p, whose limbs are nearly 2^29. Up to 2^23 more in a limb, and 2^19
 * in the top one, which carries leave, are within the slack.
 *
 * Constant time, as p256-limbs.h says.
 */
#ifndef F25519_H__
#define F25519_H__

#include <wasm_simd128.h>
#include "p256-limbs.h"

#define F25519_BYTES 32
#define F25519_VECTORS 5

typedef union {
	int64_t v[2 * F25519_VECTORS];
	v128_t w[F25519_VECTORS];
} f25519;

/* p as an element: as many limbs, of as many bits, as integers of P-256 have. */
extern const f25519 f25519_p_limbs;

/* d = a * b, carried; d may be a or b. */
void
f25519_mul(f25519 *d, const f25519 *a, const f25519 *b);
void
f25519_square(f25519 *d, const f25519 *a);

/* d = a + k * b, carried; |k| < 2^17, and both are as operands of products. */
void
f25519_combine(f25519 *d, const f25519 *a, int32_t k, const f25519 *b);

/* From 32 bytes, little-endian, whose highest bit does not count. */
void
f25519_decode(f25519 *d, const unsigned char *src);

/* a / b to 32 bytes, canonical; 0 if b is 0. b is carried. */
void
f25519_encode_quotient(unsigned char *dst, const f25519 *a, const f25519 *b);

static inline void
f25519_sub(f25519 *d, const f25519 *a, const f25519 *b)
{
	int i;

	for (i = 0; i < F25519_VECTORS; i++) {
		d->w[i] = wasm_i64x2_sub(a->w[i], b->w[i]);
	}
}

/* d = a + b - p */
static inline void
f25519_add(f25519 *d, const f25519 *a, const f25519 *b)
{
	int i;

	for (i = 0; i < F25519_VECTORS; i++) {
		d->w[i] = wasm_i64x2_sub(
			wasm_i64x2_add(a->w[i], b->w[i]), f25519_p_limbs.w[i]);
	}
}

/* d = a if ctl is 1, unchanged if it is 0. */
static inline void
f25519_select(f25519 *d, const f25519 *a, uint32_t ctl)
{
	v128_t mask = wasm_i64x2_splat(-(int64_t)ctl);
	int i;

	for (i = 0; i < F25519_VECTORS; i++) {
		d->w[i] = wasm_v128_bitselect(a->w[i], d->w[i], mask);
	}
}

#endif
