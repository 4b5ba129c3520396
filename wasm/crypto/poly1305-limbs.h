#ifndef POLY1305_LIMBS_H__
#define POLY1305_LIMBS_H__

#include <wasm_simd128.h>

/*
 * Numbers modulo p = 2^130 - 5 are ten signed limbs of 13 bits, four
 * numbers side by side. i32x4.dot_i16x8_s makes eight products of limbs,
 * and adds them in pairs; so two limbs share a 32-bit lane, the lower one
 * in its lower half, wherever a product is next. What overflows 2^130
 * comes back five times.
 */
#define LANES 4
#define LIMBS 10
#define LIMB_BITS 13
#define LIMB_MASK 0x1FFF
#define PAIRS (LIMBS / 2)

/* Times 5, once around: 2^130 = 5. */
#define FIVE_TIMES(x) wasm_i32x4_add(x, wasm_i32x4_shl(x, 2))

/* The lower halves of `low`, the upper halves of `high`. */
#define HALVES(low, high) \
	wasm_i16x8_shuffle(low, high, 0, 9, 2, 11, 4, 13, 6, 15)
#define PAIR(low, high) HALVES(low, wasm_i32x4_shl(high, 16))

/*
 * A multiplicand: limbs j and j - 1 at [j + 8], for j from -8 to 9, where
 * limb -1 is five times limb 9, and so on.
 */
typedef v128_t factor[18];

/*
 * Limbs are between -2^12 and 2^12, or 2^7 beyond, so that five times one
 * has 16 bits.
 */
static __attribute__((noinline)) void
set_factor(factor f, const v128_t limb[LIMBS])
{
	v128_t around[LIMBS + 9];
	int i;

	for (i = 0; i < LIMBS; i++) {
		around[i + 9] = limb[i];
	}
	for (i = 0; i < 9; i++) {
		around[i] = FIVE_TIMES(limb[i + 1]);
	}
	for (i = 0; i < 18; i++) {
		f[i] = PAIR(around[i + 1], around[i]);
	}
}

/*
 * Of `a`, limbs are between -2^13 and 2^13, or 2^7 beyond: the sum of ten
 * products, nine of them with five times a limb, then is less than
 * 46 * (2^13 + 2^7) * (2^12 + 2^7) < 2^31.
 */
static inline void
multiply(v128_t product[LIMBS], const v128_t a[PAIRS], const factor f)
{
	int i, j;

	for (i = 0; i < LIMBS; i++) {
		v128_t sum = wasm_i32x4_dot_i16x8(a[0], f[i + 8]);

		for (j = 1; j < PAIRS; j++) {
			sum = wasm_i32x4_add(sum,
				wasm_i32x4_dot_i16x8(a[j], f[i + 8 - 2 * j]));
		}
		product[i] = sum;
	}
}

/* The same, for once: the loop over a message has its own copy. */
static __attribute__((noinline)) void
multiply_once(v128_t product[LIMBS], const v128_t a[PAIRS], const factor f)
{
	multiply(product, a, f);
}

/* Moves what limb `from` has above 13 bits to limb `to`, and keeps it. */
#define CARRY(x, from, to) \
	x[to] = wasm_i32x4_add(x[to], wasm_i32x4_shr(x[from], LIMB_BITS))

/*
 * Limbs for set_factor(). All limbs carry at once, twice: what is above
 * 13 bits is less than 5 * 2^18 after the first time, less than 2^7 after
 * the second.
 */
static __attribute__((noinline)) void
center(v128_t x[LIMBS])
{
	v128_t half = wasm_i32x4_splat(1 << (LIMB_BITS - 1)), carry[LIMBS];
	int i, pass;

	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < LIMBS; i++) {
			carry[i] = wasm_i32x4_shr(
				wasm_i32x4_add(x[i], half), LIMB_BITS);
			x[i] = wasm_i32x4_sub(
				x[i], wasm_i32x4_shl(carry[i], LIMB_BITS));
		}
		x[0] = wasm_i32x4_add(x[0], FIVE_TIMES(carry[LIMBS - 1]));
		for (i = 1; i < LIMBS; i++) {
			x[i] = wasm_i32x4_add(x[i], carry[i - 1]);
		}
	}
}

static inline void
pair_up(v128_t a[PAIRS], const v128_t x[LIMBS])
{
	int i;

	for (i = 0; i < PAIRS; i++) {
		a[i] = PAIR(x[2 * i], x[2 * i + 1]);
	}
}

/*
 * Limbs of at most 13 bits, less 2^13: to set a sign is cheaper than to
 * center. The sum of what is missing is AMISS, which the next message block
 * brings. Two chains of carries run side by side.
 */
static inline void
shorten(v128_t a[PAIRS], v128_t x[LIMBS])
{
	v128_t mask = wasm_i32x4_splat(LIMB_MASK), carry;
	int i;

	for (i = 0; i < 4; i++) {
		CARRY(x, i, i + 1);
		CARRY(x, i + 5, i + 6);
	}
	carry = wasm_i32x4_shr(x[4], LIMB_BITS);
	x[5] = wasm_i32x4_add(x[5] & mask, carry);
	carry = wasm_i32x4_shr(x[9], LIMB_BITS);
	x[0] = wasm_i32x4_add(x[0] & mask, FIVE_TIMES(carry));
	for (i = 0; i < PAIRS; i++) {
		a[i] = PAIR(x[2 * i], x[2 * i + 1]) |
		       wasm_i16x8_splat((int16_t)~LIMB_MASK);
	}
	carry = wasm_i32x4_shr(x[0], LIMB_BITS);
	a[0] = wasm_i16x8_add(a[0], wasm_i32x4_shl(carry, 16));
	carry = wasm_i32x4_shr(x[5], LIMB_BITS);
	a[3] = wasm_i16x8_add(a[3], carry & wasm_i32x4_splat(0xFFFF));
}

#define AMISS_FIRST wasm_i32x4_splat(0x00010005)
#define AMISS wasm_i32x4_splat(0x00010001)

#endif
