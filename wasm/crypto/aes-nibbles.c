#include "aes-nibbles.h"

/*
 * Hamburg's method and tables ("Accelerating AES with Vector Permute
 * Instructions", 2009). In a basis over GF(2^4), a byte is two nibbles;
 * their inversion in GF(2^8) takes five look-ups, through fractions where
 * 1/0 is a number above 15. A swizzle by such an index gives 0.
 */
#define TABLE(low, high) wasm_i64x2_const((int64_t)(low), (int64_t)(high))

/* To the basis of the tables: of the low nibble, of the high one. */
#define BASIS_LOW TABLE(0xC2B2E8985A2A7000, 0xCABAE09052227808)
#define BASIS_HIGH TABLE(0x4C01307D317C4D00, 0xCD80B1FCB0FDCC81)

/* 1/x and a/x, where a is a constant of the basis. */
#define INVERSE TABLE(0x0E05060F0D080180, 0x040703090A0B0C02)
#define FRACTION TABLE(0x01040A060F0B0780, 0x030D0E0C02050809)

/* From both parts of an inverse: the S-box, in the basis. */
#define SBOX_U TABLE(0xB19BE18FCB503E00, 0xA5DF7A6E142AF544)
#define SBOX_T TABLE(0x3618D415FAE22300, 0x3BF7CCC10D2ED9EF)
/* The S-box times 2, in the basis. */
#define DOUBLE_U TABLE(0xE27A93C60B712400, 0x5EB7E955BC982FCD)
#define DOUBLE_T TABLE(0x69EB88400AE12900, 0xC2A163C8AB82234A)
/* The S-box in FIPS 197's basis. */
#define LAST_U TABLE(0xD0D26D176FBDC700, 0x15AABF7AC502A878)
#define LAST_T TABLE(0xCFE474A55FBB6A00, 0x8E1E90D1412B35FA)

/* What the tables leave out: every round key brings it. */
#define SBOX_CONSTANT 0x63

static inline v128_t
low_nibbles(v128_t x)
{
	return x & wasm_i8x16_splat(0x0F);
}

static inline v128_t
to_basis(v128_t x)
{
	return wasm_i8x16_swizzle(BASIS_LOW, low_nibbles(x)) ^
	       wasm_i8x16_swizzle(BASIS_HIGH, wasm_u8x16_shr(x, 4));
}

/* see aes-nibbles.h */
void
aes_nibbles_expand(aes_nibble_keys *keys, const void *key, size_t len)
{
	aes_keys plain;
	unsigned i;

	aes_expand(&plain, key, len);
	keys->rounds = plain.rounds;
	for (i = 0; i <= plain.rounds; i++) {
		v128_t x = wasm_v128_load(plain.round[i]);

		if (i > 0) {
			x ^= wasm_i8x16_splat(SBOX_CONSTANT);
		}
		if (i < plain.rounds) {
			x = to_basis(x);
		}
		wasm_v128_store(keys->round[i], x);
	}
}

/* Both parts of the inverse of each byte. */
static inline void
invert(v128_t x, v128_t *u, v128_t *t)
{
	v128_t low = low_nibbles(x), high = wasm_u8x16_shr(x, 4);
	v128_t sum = low ^ high;
	v128_t fraction = wasm_i8x16_swizzle(FRACTION, low);
	v128_t a = wasm_i8x16_swizzle(INVERSE, high) ^ fraction;
	v128_t b = wasm_i8x16_swizzle(INVERSE, sum) ^ fraction;

	*u = wasm_i8x16_swizzle(INVERSE, a) ^ sum;
	*t = wasm_i8x16_swizzle(INVERSE, b) ^ high;
}

/*
 * Indices for swizzles: V8 keeps them in registers, but builds the index of
 * a shuffle anew each time.
 *
 * Row r + 1, in each column, in the place of row r.
 */
#define NEXT_ROW \
	wasm_i8x16_const(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)

/* ShiftRows; and the same with row r + 1, r + 3 in the place of row r. */
#define SHIFT_ROWS \
	wasm_i8x16_const(0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11)
#define SHIFT_NEXT_ROW \
	wasm_i8x16_const(5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12)
#define SHIFT_THIRD_ROW \
	wasm_i8x16_const(15, 0, 5, 10, 3, 4, 9, 14, 7, 8, 13, 2, 11, 12, 1, 6)

/* SubBytes, ShiftRows, MixColumns and AddRoundKey. */
static inline v128_t
round(v128_t x, v128_t key)
{
	v128_t u, t, once, twice, sum;

	invert(x, &u, &t);
	once = wasm_i8x16_swizzle(SBOX_U, u) ^ wasm_i8x16_swizzle(SBOX_T, t);
	twice = wasm_i8x16_swizzle(DOUBLE_U, u) ^
		wasm_i8x16_swizzle(DOUBLE_T, t);
	sum = wasm_i8x16_swizzle(twice, SHIFT_ROWS) ^
	      wasm_i8x16_swizzle(once, SHIFT_NEXT_ROW);
	return sum ^ wasm_i8x16_swizzle(sum, NEXT_ROW) ^
	       (wasm_i8x16_swizzle(once, SHIFT_THIRD_ROW) ^ key);
}

/* `n` is constant, and the compiler unrolls by it. */
static inline void
encrypt(const aes_nibble_keys *keys, v128_t *x, int n)
{
	v128_t key = wasm_v128_load(keys->round[0]), u, t;
	unsigned i;
	int j;

	for (j = 0; j < n; j++) {
		x[j] = to_basis(x[j]) ^ key;
	}
	for (i = 1; i < keys->rounds; i++) {
		key = wasm_v128_load(keys->round[i]);
		for (j = 0; j < n; j++) {
			x[j] = round(x[j], key);
		}
	}
	key = wasm_v128_load(keys->round[i]);
	for (j = 0; j < n; j++) {
		invert(x[j], &u, &t);
		x[j] = wasm_i8x16_swizzle(LAST_U, u) ^
		       wasm_i8x16_swizzle(LAST_T, t);
		x[j] = wasm_i8x16_swizzle(x[j], SHIFT_ROWS) ^ key;
	}
}

/* see aes-nibbles.h */
v128_t
aes_nibbles_encrypt(const aes_nibble_keys *keys, v128_t block)
{
	encrypt(keys, &block, 1);
	return block;
}

/* see aes-nibbles.h */
void
aes_nibbles_encrypt_two(const aes_nibble_keys *keys, v128_t blocks[2])
{
	encrypt(keys, blocks, 2);
}
