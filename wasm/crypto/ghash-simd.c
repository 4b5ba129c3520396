#include <string.h>
#include <wasm_simd128.h>
#include "inner.h"
#include "ghash-simd.h"

/*
 * The product of a block X with a constant C is the sum over X's 32 nibbles
 * of nibble * C, each moved to its place. For all 16 values of a nibble,
 * byte j of nibble * C makes one vector, a plane: a swizzle of plane j by
 * the 16 high nibbles of X gives 16 bytes that belong j places after their
 * nibbles. Low nibbles have planes of x^4 * C.
 *
 * A batch of blocks is multiplied by as many powers of H, and the sum moved
 * and reduced once. With four blocks V8 runs out of registers.
 */
#define BLOCK 16
#define BATCH 3

/* Below this many bytes, more powers of H cost more than they save. */
#define LONG 144

/* Byte `place` of nibble * H^power, at planes[place][BATCH - power]. */
typedef struct {
	v128_t high, low;
} plane_pair;
typedef plane_pair planes[BLOCK][BATCH];

/* To two 64-bit numbers, most significant bit first, and back. */
static const unsigned char swap_halves[16] = {
	7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8};

/* c, x * c, .. x^7 * c. The first bit of a block is the lowest power of x. */
static inline void
multiples_of_x(v128_t multiple[8], v128_t c)
{
	v128_t order = wasm_v128_load(swap_halves);
	uint64_t first, second;
	int i;

	c = wasm_i8x16_swizzle(c, order);
	first = (uint64_t)wasm_i64x2_extract_lane(c, 0);
	second = (uint64_t)wasm_i64x2_extract_lane(c, 1);
	for (i = 0; i < 8; i++) {
		uint64_t overflow = -(second & 1);

		multiple[i] = wasm_i8x16_swizzle(
			wasm_i64x2_make((int64_t)first, (int64_t)second),
			order);
		second = second >> 1 | first << 63;
		first = first >> 1 ^ (overflow & (uint64_t)0xE1 << 56);
	}
}

/* Sums of four vectors, for each nibble; the first is for the highest bit. */
static inline void
sums(v128_t sum[16], const v128_t x[4])
{
	int bit, i;

	sum[0] = wasm_i64x2_const(0, 0);
	for (bit = 0; bit < 4; bit++) {
		for (i = 0; i < 1 << bit; i++) {
			sum[(1 << bit) + i] = sum[i] ^ x[3 - bit];
		}
	}
}

/* Rows become columns: four perfect shuffles of 256 bytes. */
static inline void
transpose(v128_t x[16])
{
	v128_t y[16];
	int pass, i;

	for (pass = 0; pass < 4; pass++) {
		for (i = 0; i < 8; i++) {
			y[2 * i] = wasm_i8x16_shuffle(x[i], x[i + 8], 0, 16, 1,
				17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
			y[2 * i + 1] = wasm_i8x16_shuffle(x[i], x[i + 8], 8, 24,
				9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
				15, 31);
		}
		for (i = 0; i < 16; i++) {
			x[i] = y[i];
		}
	}
}

static void
set_planes(planes p, int power, v128_t c)
{
	v128_t multiple[8], high[16], low[16];
	int place;

	multiples_of_x(multiple, c);
	sums(high, multiple);
	sums(low, multiple + 4);
	transpose(high);
	transpose(low);
	for (place = 0; place < BLOCK; place++) {
		p[place][BATCH - power].high = high[place];
		p[place][BATCH - power].low = low[place];
	}
}

/* Modulo x^128 + x^7 + x^2 + x + 1, for a degree of less than 248. */
static inline v128_t
reduce(v128_t low, v128_t high)
{
	v128_t order = wasm_v128_load(swap_halves);
	v128_t x = wasm_i8x16_swizzle(high, order);
	v128_t first = wasm_i64x2_shuffle(wasm_i64x2_const(0, 0), x, 0, 2);

	x ^= wasm_u64x2_shr(x, 1) ^ wasm_u64x2_shr(x, 2) ^
	     wasm_u64x2_shr(x, 7) ^ wasm_i64x2_shl(first, 63) ^
	     wasm_i64x2_shl(first, 62) ^ wasm_i64x2_shl(first, 57);
	return low ^ wasm_i8x16_swizzle(x, order);
}

/* One place on, with what comes in at the start. */
#define MOVE(before, x) \
	wasm_i8x16_shuffle(before, x, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, \
		25, 26, 27, 28, 29, 30)

/* x[0] * H^n + x[1] * H^(n-1) + .. x[n - 1] * H */
static inline v128_t
multiply(const planes p, const v128_t *x, int n)
{
	v128_t high_nibbles[BATCH], low_nibbles[BATCH];
	v128_t zero = wasm_i64x2_const(0, 0), low = zero, high = zero;
	int i, place;

	for (i = 0; i < n; i++) {
		high_nibbles[i] = wasm_u8x16_shr(x[i], 4);
		low_nibbles[i] = x[i] & wasm_i8x16_splat(0x0F);
	}
	for (place = BLOCK - 1; place >= 0; place--) {
		const plane_pair *plane = p[place] + BATCH - n;
		v128_t sum = zero;

		high = MOVE(low, high);
		low = MOVE(zero, low);
		for (i = 0; i < n; i++) {
			sum ^= wasm_i8x16_swizzle(
				       plane[i].high, high_nibbles[i]) ^
			       wasm_i8x16_swizzle(plane[i].low, low_nibbles[i]);
		}
		low ^= sum;
	}
	return reduce(low, high);
}

/* see ghash-simd.h */
void
ghash_simd(void *y, const void *h, const void *data, size_t len)
{
	const unsigned char *buf = data;
	v128_t power = wasm_v128_load(h), sum = wasm_v128_load(y);
	planes p;
	int i;

	set_planes(p, 1, power);
	if (len >= LONG) {
		for (i = 2; i <= BATCH; i++) {
			power = multiply(p, &power, 1);
			set_planes(p, i, power);
		}
		for (; len >= BATCH * BLOCK; len -= BATCH * BLOCK) {
			v128_t x[BATCH];

			for (i = 0; i < BATCH; i++) {
				x[i] = wasm_v128_load(buf);
				buf += BLOCK;
			}
			x[0] ^= sum;
			sum = multiply(p, x, BATCH);
		}
	}
	while (len > 0) {
		unsigned char last[BLOCK] = {0};
		size_t n = len < BLOCK ? len : BLOCK;

		memcpy(last, buf, n);
		sum ^= wasm_v128_load(last);
		sum = multiply(p, &sum, 1);
		buf += n;
		len -= n;
	}
	wasm_v128_store(y, sum);
}
