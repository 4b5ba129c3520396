#include <string.h>
#include <wasm_simd128.h>
#include "chacha20-simd.h"

#define LANES 4
#define BLOCK 64

#define ROTATE(x, n) \
	wasm_v128_or(wasm_i32x4_shl((x), (n)), wasm_u32x4_shr((x), 32 - (n)))

/*
 * Rotations by whole bytes are permutations: swizzles, as V8 keeps their
 * index in a register, but builds the index of a shuffle anew each time.
 */
#define ROTATE16(x) \
	wasm_i8x16_swizzle((x), wasm_i8x16_const(2, 3, 0, 1, 6, 7, 4, 5, 10, \
					11, 8, 9, 14, 15, 12, 13))
#define ROTATE8(x) \
	wasm_i8x16_swizzle((x), wasm_i8x16_const(3, 0, 1, 2, 7, 4, 5, 6, 11, \
					8, 9, 10, 15, 12, 13, 14))

/* The quarter round (RFC 8439, 2.1) on word a, b, c, d of four blocks. */
#define QUARTER(a, b, c, d) \
	do { \
		a = wasm_i32x4_add(a, b); \
		d = ROTATE16(wasm_v128_xor(d, a)); \
		c = wasm_i32x4_add(c, d); \
		b = wasm_v128_xor(b, c); \
		b = ROTATE(b, 12); \
		a = wasm_i32x4_add(a, b); \
		d = ROTATE8(wasm_v128_xor(d, a)); \
		c = wasm_i32x4_add(c, d); \
		b = wasm_v128_xor(b, c); \
		b = ROTATE(b, 7); \
	} while (0)

/*
 * From four vectors, each with one word of four blocks, to four vectors,
 * each with four words of one block.
 */
static inline void
transpose(v128_t x[LANES])
{
	v128_t a = wasm_i32x4_shuffle(x[0], x[1], 0, 4, 1, 5);
	v128_t b = wasm_i32x4_shuffle(x[2], x[3], 0, 4, 1, 5);
	v128_t c = wasm_i32x4_shuffle(x[0], x[1], 2, 6, 3, 7);
	v128_t d = wasm_i32x4_shuffle(x[2], x[3], 2, 6, 3, 7);

	x[0] = wasm_i64x2_shuffle(a, b, 0, 2);
	x[1] = wasm_i64x2_shuffle(a, b, 1, 3);
	x[2] = wasm_i64x2_shuffle(c, d, 0, 2);
	x[3] = wasm_i64x2_shuffle(c, d, 1, 3);
}

/* Key stream of four blocks from `initial`, one word of all four a vector. */
static inline void
four_blocks(v128_t x[16], const v128_t initial[16])
{
	int i;

	for (i = 0; i < 16; i++) {
		x[i] = initial[i];
	}
	for (i = 0; i < 10; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
	for (i = 0; i < 16; i++) {
		x[i] = wasm_i32x4_add(x[i], initial[i]);
	}
	for (i = 0; i < 16; i += LANES) {
		transpose(&x[i]);
	}
}

/* Exclusive or of four whole blocks with a transposed key stream. */
static inline void
mix(unsigned char *data, const v128_t x[16])
{
	int block, quarter;

	for (block = 0; block < LANES; block++) {
		for (quarter = 0; quarter < 4; quarter++) {
			unsigned char *at = data + block * BLOCK + quarter * 16;

			wasm_v128_store(
				at, wasm_v128_xor(wasm_v128_load(at),
					    x[quarter * LANES + block]));
		}
	}
}

static void
set_up(v128_t state[16], const unsigned char *key, const unsigned char *iv,
	uint32_t cc)
{
	static const uint32_t constants[] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
	int i;

	for (i = 0; i < 4; i++) {
		state[i] = wasm_i32x4_splat((int32_t)constants[i]);
	}
	for (i = 0; i < 8; i++) {
		state[4 + i] = wasm_v128_load32_splat(key + 4 * i);
	}
	state[12] = wasm_i32x4_add(
		wasm_i32x4_splat((int32_t)cc), wasm_i32x4_const(0, 1, 2, 3));
	for (i = 0; i < 3; i++) {
		state[13 + i] = wasm_v128_load32_splat(iv + 4 * i);
	}
}

/* see chacha20-simd.h */
uint32_t
chacha20_simd_run(
	const void *key, const void *iv, uint32_t cc, void *data, size_t len)
{
	unsigned char *buf = data;
	v128_t state[16], x[16];

	set_up(state, key, iv, cc);
	while (len > 0) {
		unsigned char last[LANES * BLOCK];
		size_t n = len < sizeof last ? len : sizeof last;

		four_blocks(x, state);
		if (n == sizeof last) {
			mix(buf, x);
		} else {
			memcpy(last, buf, n);
			mix(last, x);
			memcpy(buf, last, n);
		}
		state[12] = wasm_i32x4_add(state[12], wasm_i32x4_splat(LANES));
		cc += (uint32_t)((n + BLOCK - 1) / BLOCK);
		buf += n;
		len -= n;
	}
	return cc;
}
