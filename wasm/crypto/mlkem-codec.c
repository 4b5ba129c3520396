#include "mlkem-codec.h"

/* Bits of a coefficient that is not compressed. */
#define WHOLE 12

/* 2^32 / q, rounded up: exact for what is divided here, as a test shows. */
#define BY_Q 1290168

/* see mlkem-codec.h */
MLKEM_SMALL uint32_t
mlkem_compress(uint32_t c, unsigned bits)
{
	uint64_t x = ((uint64_t)c << bits) + MLKEM_Q / 2;

	return (uint32_t)(x * BY_Q >> 32) & ((1U << bits) - 1);
}

/*
 * see mlkem-codec.h. Not inlined: with a constant 1 for `bits` a compiler
 * would know that there are two values, and might choose by a branch.
 */
MLKEM_SMALL __attribute__((noinline)) void
mlkem_encode(unsigned char *out, const mlkem_poly *p, unsigned bits)
{
	uint32_t c, acc = 0;
	unsigned held = 0;
	int i;

	for (i = 0; i < MLKEM_N; i++) {
		c = mlkem_canonical(p->c[i]);
		if (bits != WHOLE) {
			c = mlkem_compress(c, bits);
		}
		acc |= c << held;
		for (held += bits; held >= 8; held -= 8) {
			*out++ = (unsigned char)acc;
			acc >>= 8;
		}
	}
}

/* see mlkem-codec.h; not inlined for the same reason */
MLKEM_SMALL __attribute__((noinline)) uint32_t
mlkem_decode(mlkem_poly *p, const unsigned char *in, unsigned bits)
{
	uint32_t c, acc = 0, good = 1;
	unsigned held = 0;
	int i;

	for (i = 0; i < MLKEM_N; i++) {
		for (; held < bits; held += 8) {
			acc |= (uint32_t)*in++ << held;
		}
		c = acc & ((1U << bits) - 1);
		acc >>= bits;
		held -= bits;
		if (bits == WHOLE) {
			good &= (c - MLKEM_Q) >> 31;
		} else {
			c = (c * MLKEM_Q + (1U << (bits - 1))) >> bits;
		}
		p->c[i] = (int16_t)c;
	}
	return good;
}
