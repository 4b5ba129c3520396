#include <string.h>
#include "inner.h"
#include "poly1305-limbs.h"
#include "poly1305-simd.h"

/*
 * The sum of a message's blocks, each times the power of r that its place
 * asks for, is taken in four lanes, each stepping by r^4; the last batch is
 * multiplied by r^4, r^3, r^2 and r, and the lanes are added.
 */
#define BLOCK 16
#define BATCH (LANES * BLOCK)

/* Below this many bytes of text, the powers of r cost more than they save. */
#define LONG 640

/* `step` is r^4 in all lanes, `last` is r^4, r^3, r^2, r. */
static void
set_powers(factor step, factor last, const unsigned char *r)
{
	v128_t x[LIMBS], one[LIMBS], square[LIMBS], a[PAIRS];
	uint32_t w[5];
	int i;

	w[0] = br_dec32le(r) & 0x03FFFFFF;
	w[1] = br_dec32le(r + 3) >> 2 & 0x03FFFF03;
	w[2] = br_dec32le(r + 6) >> 4 & 0x03FFC0FF;
	w[3] = br_dec32le(r + 9) >> 6 & 0x03F03FFF;
	w[4] = br_dec32le(r + 12) >> 8 & 0x000FFFFF;
	for (i = 0; i < LIMBS; i++) {
		uint32_t limb = w[i / 2] >> (i & 1) * LIMB_BITS;

		one[i] = wasm_i32x4_splat((int32_t)(limb & LIMB_MASK));
	}
	center(one);
	set_factor(step, one);
	pair_up(a, one);
	multiply_once(square, a, step);
	center(square);

	/* r^2 times r^2 and r. */
	for (i = 0; i < LIMBS; i++) {
		x[i] = wasm_i32x4_shuffle(square[i], one[i], 0, 4, 0, 4);
	}
	set_factor(step, x);
	pair_up(a, square);
	multiply_once(x, a, step);
	center(x);
	for (i = 0; i < LIMBS; i++) {
		v128_t low = wasm_i32x4_shuffle(square[i], one[i], 0, 4, 0, 4);

		square[i] = wasm_i32x4_shuffle(x[i], low, 0, 1, 4, 5);
		x[i] = wasm_i32x4_shuffle(x[i], x[i], 0, 0, 0, 0);
	}
	set_factor(step, x);
	set_factor(last, square);
}

/* Adds four blocks; `top` is 2^128, as bit 24 of a lane, or 0. */
static inline void
add_blocks(v128_t a[PAIRS], const unsigned char *data, v128_t top)
{
	v128_t block[LANES], half[LANES], word[4], limbs[PAIRS];
	v128_t mask = wasm_i16x8_splat(LIMB_MASK);
	int i;

	for (i = 0; i < LANES; i++) {
		block[i] = wasm_v128_load(data + i * BLOCK);
	}
	half[0] = wasm_i32x4_shuffle(block[0], block[1], 0, 4, 1, 5);
	half[1] = wasm_i32x4_shuffle(block[2], block[3], 0, 4, 1, 5);
	half[2] = wasm_i32x4_shuffle(block[0], block[1], 2, 6, 3, 7);
	half[3] = wasm_i32x4_shuffle(block[2], block[3], 2, 6, 3, 7);
	word[0] = wasm_i64x2_shuffle(half[0], half[1], 0, 2);
	word[1] = wasm_i64x2_shuffle(half[0], half[1], 1, 3);
	word[2] = wasm_i64x2_shuffle(half[2], half[3], 0, 2);
	word[3] = wasm_i64x2_shuffle(half[2], half[3], 1, 3);

	limbs[0] = word[0];
	limbs[1] = wasm_u32x4_shr(word[0], 26) | wasm_i32x4_shl(word[1], 6);
	limbs[2] = wasm_u32x4_shr(word[1], 20) | wasm_i32x4_shl(word[2], 12);
	limbs[3] = wasm_u32x4_shr(word[2], 14) | wasm_i32x4_shl(word[3], 18);
	limbs[4] = wasm_u32x4_shr(word[3], 8) | top;
	for (i = 0; i < PAIRS; i++) {
		v128_t pair = HALVES(limbs[i], wasm_i32x4_shl(limbs[i], 3));

		a[i] = wasm_i16x8_add(a[i], pair & mask);
		a[i] = wasm_i16x8_add(a[i], i == 0 ? AMISS_FIRST : AMISS);
	}
}

static inline int64_t
sum_of_lanes(v128_t x)
{
	v128_t sum = wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(x),
		wasm_i64x2_extend_high_i32x4(x));

	return wasm_i64x2_extract_lane(sum, 0) +
	       wasm_i64x2_extract_lane(sum, 1);
}

#define WORDS 5
#define WORD_BITS 26
#define WORD_MASK 0x03FFFFFF

/* The sum of all lanes modulo p, plus `s` modulo 2^128. */
static void
finish(unsigned char *tag, const v128_t x[LIMBS], const unsigned char *s)
{
	int64_t t[WORDS], reduced[WORDS], carry, sum;
	int i, pass;

	for (i = 0; i < WORDS; i++) {
		t[i] = sum_of_lanes(x[2 * i]) +
		       sum_of_lanes(x[2 * i + 1]) * (1 << LIMB_BITS);
	}
	/*
	 * What goes around first is less than 5 * 2^20, positive or negative;
	 * if the second time anything does, it is 5, and t[0] has room for it.
	 */
	for (pass = 0; pass < 2; pass++) {
		for (i = 0; i < WORDS; i++) {
			carry = t[i] >> WORD_BITS;
			t[i] &= WORD_MASK;
			t[(i + 1) % WORDS] += i + 1 < WORDS ? carry : 5 * carry;
		}
	}
	/* t - p, if that isn't negative. */
	carry = 5;
	for (i = 0; i < WORDS; i++) {
		carry += t[i];
		reduced[i] = carry & WORD_MASK;
		carry >>= WORD_BITS;
	}
	for (i = 0; i < WORDS; i++) {
		t[i] ^= (t[i] ^ reduced[i]) & -carry;
	}
	sum = t[0] + (t[1] << 26) + br_dec32le(s);
	br_enc32le(tag, (uint32_t)sum);
	sum = (sum >> 32) + (t[2] << 20) + br_dec32le(s + 4);
	br_enc32le(tag + 4, (uint32_t)sum);
	sum = (sum >> 32) + (t[3] << 14) + br_dec32le(s + 8);
	br_enc32le(tag + 8, (uint32_t)sum);
	sum = (sum >> 32) + (t[4] << 8) + br_dec32le(s + 12);
	br_enc32le(tag + 12, (uint32_t)sum);
}

typedef struct {
	const unsigned char *data, *aad;
	size_t len, aad_len;
} message;

/*
 * The blocks: one of additional data, or none; those of data; the lengths.
 * In front of them, as many zeros as make their number a multiple of
 * LANES: those count nothing, without a top bit.
 */
static void
authenticate(unsigned char *tag, const message *m, const unsigned char key[32])
{
	size_t before = m->aad_len > 0, blocks, pad, taken, rest;
	const unsigned char *next;
	unsigned char edge[BATCH] = {0};
	v128_t top = wasm_i32x4_splat(1 << 24), a[PAIRS], x[LIMBS];
	factor step, last;
	int i;

	set_powers(step, last, key);
	for (i = 0; i < PAIRS; i++) {
		a[i] = wasm_i16x8_neg(i == 0 ? AMISS_FIRST : AMISS);
	}
	blocks = before + (m->len + BLOCK - 1) / BLOCK + 1;
	pad = (LANES - blocks % LANES) % LANES;
	taken = BATCH - (pad + before) * BLOCK;
	memcpy(edge + pad * BLOCK, m->aad, m->aad_len);
	memcpy(edge + BATCH - taken, m->data, taken);
	add_blocks(a, edge,
		top & wasm_u32x4_ge(wasm_i32x4_const(0, 1, 2, 3),
			      wasm_i32x4_splat((int32_t)pad)));
	next = m->data + taken;
	rest = m->len - taken;
	for (;;) {
		multiply(x, a, step);
		shorten(a, x);
		if (rest < BATCH) {
			break;
		}
		add_blocks(a, next, top);
		next += BATCH;
		rest -= BATCH;
	}

	/* Three blocks, perhaps not whole, and the lengths. */
	memset(edge, 0, sizeof edge);
	memcpy(edge, next, rest);
	br_enc64le(edge + BATCH - 16, m->aad_len);
	br_enc64le(edge + BATCH - 8, m->len);
	add_blocks(a, edge, top);
	multiply_once(x, a, last);
	finish(tag, x, key + 16);
}

/* see poly1305-simd.h */
void
poly1305_simd_run(const void *key, const void *iv, void *data, size_t len,
	const void *aad, size_t aad_len, void *tag, br_chacha20_run ichacha,
	int encrypt)
{
	unsigned char one_time_key[32];
	message m;

	if (len < LONG || aad_len > BLOCK) {
		br_poly1305_ctmul_run(key, iv, data, len, aad, aad_len, tag,
			ichacha, encrypt);
		return;
	}
	memset(one_time_key, 0, sizeof one_time_key);
	ichacha(key, iv, 0, one_time_key, sizeof one_time_key);
	if (encrypt) {
		ichacha(key, iv, 1, data, len);
	}
	m.data = data;
	m.len = len;
	m.aad = aad;
	m.aad_len = aad_len;
	authenticate(tag, &m, one_time_key);
	if (!encrypt) {
		ichacha(key, iv, 1, data, len);
	}
}
