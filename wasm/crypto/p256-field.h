/*
 * The field of P-256: integers modulo p, in Montgomery form.
 *
 * x stands for x * 2^261 mod p. An element's limbs are signed, and lazy:
 * p256_add and p256_sub carry nothing. The rule is that for any operands a
 * and b of a multiplication, with limbs up to A * 2^28 and B * 2^28 in
 * absolute value, A * B is at most 14: the nine products of a column and
 * the reduction stay below 2^63. Products, and what p256_combine gives,
 * have A = 1; a sum or difference has the sum of both; an element that was
 * decoded or looked up has A = 2.
 */
#ifndef P256_FIELD_H__
#define P256_FIELD_H__

#include "p256-limbs.h"

typedef p256_int p256_fe;

extern const p256_fe p256_one;

void
p256_mul(p256_fe *d, const p256_fe *a, const p256_fe *b);
void
p256_square(p256_fe *d, const p256_fe *a);

static inline void
p256_add(p256_fe *d, const p256_fe *a, const p256_fe *b)
{
	int i;

	for (i = 0; i < P256_LIMBS; i++) {
		d->v[i] = a->v[i] + b->v[i];
	}
}

static inline void
p256_sub(p256_fe *d, const p256_fe *a, const p256_fe *b)
{
	int i;

	for (i = 0; i < P256_LIMBS; i++) {
		d->v[i] = a->v[i] - b->v[i];
	}
}

/* d = -d if ctl is 1, unchanged if it is 0. */
static inline void
p256_negate(p256_fe *d, uint32_t ctl)
{
	int32_t mask = -(int32_t)ctl;
	int i;

	for (i = 0; i < P256_LIMBS; i++) {
		d->v[i] = (d->v[i] ^ mask) - mask;
	}
}

/* d = j * a + k * b, carried, and within p of zero; |j|, |k| <= 16. */
void
p256_combine(p256_fe *d, int j, const p256_fe *a, int k, const p256_fe *b);

/* 1 if a is a multiple of p, else 0. */
uint32_t
p256_is_zero(const p256_fe *a);

/* d = 1/a; 0 if a is 0. */
void
p256_invert(p256_fe *d, const p256_fe *a);

/* From and to 32 bytes, big-endian. Decoding returns 0 if src >= p. */
uint32_t
p256_decode(p256_fe *d, const unsigned char *src);
void
p256_encode(unsigned char *dst, const p256_fe *a);

#endif
