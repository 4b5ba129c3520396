#ifndef AES_TABLES_H__
#define AES_TABLES_H__

#include <wasm_simd128.h>

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

/* SubBytes but for AES_SBOX_CONSTANT, from the basis of the tables. */
static inline v128_t
sub_bytes(v128_t x)
{
	v128_t u, t;

	invert(x, &u, &t);
	return wasm_i8x16_swizzle(LAST_U, u) ^ wasm_i8x16_swizzle(LAST_T, t);
}

#endif
