#include "inner.h"
#include "montgomery-pair.h"

/*
 * A column is the sum of less than 2 * limbs products of two halves of a
 * limb's range, and must stay below 2^53: 88 * 2^46, or 184 * 2^44.
 */
#define LONG_BITS 24
#define LONG_BYTES 128
#define SHORT_BITS 23

/* Bits of a limb of BearSSL's. */
#define WORD_BITS 31

/* R is larger than the modulus by this many bits, at least. */
#define SLACK_BITS 2

/* Added to an integer, this shows it in the lowest bits. */
#define SHOW 0x1.8p52

static int64_t
integer_of(double x)
{
	union {
		double real;
		int64_t bits;
	} zero, sum;

	zero.real = SHOW;
	sum.real = x + SHOW;
	return sum.bits - zero.bits;
}

/* `bits` bits of a number in BearSSL's form; zeros above its end. */
static uint32_t
limb_at(const uint32_t *words, int i, int bits)
{
	uint32_t count = (words[0] + 31) >> 5;
	uint32_t at = (uint32_t)(i * bits), word = at / WORD_BITS;
	uint64_t two = 0;

	if (word < count) {
		two = words[1 + word];
	}
	if (word + 1 < count) {
		two |= (uint64_t)words[2 + word] << WORD_BITS;
	}
	return (uint32_t)(two >> at % WORD_BITS) & (((uint32_t)1 << bits) - 1);
}

/* One lane of x = factor * words */
static void
set_lane(const pair_modulus *m, double *lane, const uint32_t *words,
	uint32_t factor)
{
	int64_t carry = 0, half = (int64_t)1 << (m->bits - 1);
	int i;

	for (i = 0; i < m->limbs; i++) {
		int64_t v = carry + (int64_t)((uint64_t)factor *
					      limb_at(words, i, m->bits));

		carry = (v + half) >> m->bits;
		lane[i * PAIR_LANES] = (double)(v - carry * 2 * half);
	}
}

/* see montgomery-pair.h */
void
pair_set(const pair_modulus *m, pair_int x,
	const uint32_t *const words[PAIR_LANES])
{
	int lane;

	for (lane = 0; lane < PAIR_LANES; lane++) {
		set_lane(m, (double *)x + lane, words[lane], 1);
	}
}

/* see montgomery-pair.h */
void
pair_modulus_set(
	pair_modulus *m, const uint32_t *const words[PAIR_LANES], size_t len)
{
	int bits = len <= LONG_BYTES ? LONG_BITS : SHORT_BITS;
	int lane, blocks = PAIR_BLOCK * bits;

	m->bits = bits;
	m->limbs = PAIR_BLOCK *
		   ((8 * (int)len + bits + SLACK_BITS + blocks - 1) / blocks);
	m->rounder = wasm_f64x2_splat(0x1.8p52 * (double)(1 << bits));
	m->scale = wasm_f64x2_splat(1.0 / (double)(1 << bits));
	for (lane = 0; lane < PAIR_LANES; lane++) {
		uint32_t factor = br_i31_ninv31(words[lane][1]);

		set_lane(m, (double *)m->n + lane, words[lane],
			factor & (((uint32_t)1 << bits) - 1));
	}
}

/* see montgomery-pair.h */
size_t
pair_encode(const pair_modulus *m, int lane, const pair_int x,
	unsigned char out[PAIR_ENCODED_BYTES])
{
	const double *a = (const double *)x + lane;
	const double *n = (const double *)m->n + lane;
	size_t len = ((size_t)(m->limbs * m->bits) + 7) >> 3, at = len;
	int64_t carry = 0;
	uint64_t acc = 0;
	int i, have = 0;

	for (i = 0; i < m->limbs; i++) {
		carry += integer_of(a[i * PAIR_LANES] + n[i * PAIR_LANES]);
		acc |= (uint64_t)(carry & ((1 << m->bits) - 1)) << have;
		carry >>= m->bits;
		for (have += m->bits; have >= 8; have -= 8) {
			out[--at] = (unsigned char)acc;
			acc >>= 8;
		}
	}
	if (at > 0) {
		out[--at] = (unsigned char)acc;
	}
	return len;
}
