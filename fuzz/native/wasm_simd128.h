/*
 * Instead of clang's header of this name: the instructions that wasm/crypto
 * uses, with clang's portable vectors, so that our own cryptography runs
 * natively, and the sanitizers see it. What is not used there is not here.
 */
#ifndef WASM_SIMD128_H__
#define WASM_SIMD128_H__

#include <stdint.h>

#define SIMD_VECTOR __attribute__((vector_size(16)))
#define SIMD_INLINE static inline __attribute__((always_inline, unused))

typedef int32_t v128_t SIMD_VECTOR;

typedef int8_t simd_i8x16 SIMD_VECTOR;
typedef uint8_t simd_u8x16 SIMD_VECTOR;
typedef int16_t simd_i16x8 SIMD_VECTOR;
typedef uint16_t simd_u16x8 SIMD_VECTOR;
typedef int32_t simd_i32x4 SIMD_VECTOR;
typedef uint32_t simd_u32x4 SIMD_VECTOR;
typedef int64_t simd_i64x2 SIMD_VECTOR;
typedef uint64_t simd_u64x2 SIMD_VECTOR;
typedef double simd_f64x2 SIMD_VECTOR;

/* Unaligned, and of any type. */
typedef struct {
	v128_t v;
} __attribute__((packed, may_alias)) simd_anywhere;

SIMD_INLINE v128_t
wasm_v128_load(const void *at)
{
	return ((const simd_anywhere *)at)->v;
}

SIMD_INLINE void
wasm_v128_store(void *at, v128_t x)
{
	((simd_anywhere *)at)->v = x;
}

SIMD_INLINE v128_t
wasm_v128_load32_splat(const void *at)
{
	const struct {
		int32_t v;
	} __attribute__((packed, may_alias)) *word = at;
	int32_t v = word->v;

	return (v128_t){v, v, v, v};
}

/* Lane by lane; integers wrap around, so they are unsigned. */
#define SIMD_BINARY(name, type, op) \
	SIMD_INLINE v128_t name(v128_t a, v128_t b) \
	{ \
		return (v128_t)((type)a op(type) b); \
	}

SIMD_BINARY(wasm_v128_and, simd_u32x4, &)
SIMD_BINARY(wasm_v128_or, simd_u32x4, |)
SIMD_BINARY(wasm_v128_xor, simd_u32x4, ^)
SIMD_BINARY(wasm_i16x8_add, simd_u16x8, +)
SIMD_BINARY(wasm_i32x4_add, simd_u32x4, +)
SIMD_BINARY(wasm_i32x4_sub, simd_u32x4, -)
SIMD_BINARY(wasm_i64x2_add, simd_u64x2, +)
SIMD_BINARY(wasm_i64x2_sub, simd_u64x2, -)
SIMD_BINARY(wasm_f64x2_add, simd_f64x2, +)
SIMD_BINARY(wasm_f64x2_sub, simd_f64x2, -)
SIMD_BINARY(wasm_f64x2_mul, simd_f64x2, *)
SIMD_BINARY(wasm_i8x16_eq, simd_u8x16, ==)
SIMD_BINARY(wasm_i32x4_eq, simd_u32x4, ==)
SIMD_BINARY(wasm_u32x4_ge, simd_u32x4, >=)

/* By a number of bits modulo the lane's. */
#define SIMD_SHIFT(name, type, lane, bits, op) \
	SIMD_INLINE v128_t name(v128_t a, uint32_t n) \
	{ \
		return (v128_t)((type)a op(lane)(n & (bits - 1))); \
	}

SIMD_SHIFT(wasm_i32x4_shl, simd_u32x4, uint32_t, 32, <<)
SIMD_SHIFT(wasm_i64x2_shl, simd_u64x2, uint64_t, 64, <<)
SIMD_SHIFT(wasm_i32x4_shr, simd_i32x4, int32_t, 32, >>)
SIMD_SHIFT(wasm_u8x16_shr, simd_u8x16, uint8_t, 8, >>)
SIMD_SHIFT(wasm_u32x4_shr, simd_u32x4, uint32_t, 32, >>)
SIMD_SHIFT(wasm_u64x2_shr, simd_u64x2, uint64_t, 64, >>)

/* The bits of `a` where `mask` has ones, those of `b` elsewhere. */
SIMD_INLINE v128_t
wasm_v128_bitselect(v128_t a, v128_t b, v128_t mask)
{
	return (a & mask) | (b & ~mask);
}

SIMD_INLINE v128_t
wasm_i16x8_neg(v128_t a)
{
	return (v128_t) - (simd_u16x8)a;
}

SIMD_INLINE v128_t
wasm_i8x16_splat(int8_t v)
{
	return (v128_t)(simd_i8x16){
		v, v, v, v, v, v, v, v, v, v, v, v, v, v, v, v};
}

SIMD_INLINE v128_t
wasm_i16x8_splat(int16_t v)
{
	return (v128_t)(simd_i16x8){v, v, v, v, v, v, v, v};
}

SIMD_INLINE v128_t
wasm_i32x4_splat(int32_t v)
{
	return (v128_t){v, v, v, v};
}

SIMD_INLINE v128_t
wasm_i64x2_splat(int64_t v)
{
	return (v128_t)(simd_i64x2){v, v};
}

SIMD_INLINE v128_t
wasm_f64x2_splat(double v)
{
	return (v128_t)(simd_f64x2){v, v};
}

SIMD_INLINE v128_t
wasm_i32x4_make(int32_t a, int32_t b, int32_t c, int32_t d)
{
	return (v128_t){a, b, c, d};
}

SIMD_INLINE v128_t
wasm_i64x2_make(int64_t a, int64_t b)
{
	return (v128_t)(simd_i64x2){a, b};
}

#define wasm_i8x16_const(...) ((v128_t)(simd_i8x16){__VA_ARGS__})
#define wasm_i32x4_const(...) ((v128_t){__VA_ARGS__})
#define wasm_i32x4_const_splat(v) wasm_i32x4_splat(v)
#define wasm_i64x2_const(...) ((v128_t)(simd_i64x2){__VA_ARGS__})

#define wasm_i32x4_extract_lane(a, i) (((simd_i32x4)(a))[i])
#define wasm_i64x2_extract_lane(a, i) (((simd_i64x2)(a))[i])

/* Lanes of `a` and then of `b`, by number. */
#define SIMD_SHUFFLE(type, a, b, ...) \
	((v128_t)__builtin_shufflevector((type)(a), (type)(b), __VA_ARGS__))
#define wasm_i8x16_shuffle(...) SIMD_SHUFFLE(simd_i8x16, __VA_ARGS__)
#define wasm_i16x8_shuffle(...) SIMD_SHUFFLE(simd_i16x8, __VA_ARGS__)
#define wasm_i32x4_shuffle(...) SIMD_SHUFFLE(simd_i32x4, __VA_ARGS__)
#define wasm_i64x2_shuffle(...) SIMD_SHUFFLE(simd_i64x2, __VA_ARGS__)

/* Bytes of `a`, by number; 0 where the number is above 15. */
SIMD_INLINE v128_t
wasm_i8x16_swizzle(v128_t a, v128_t numbers)
{
	simd_u8x16 from = (simd_u8x16)a, at = (simd_u8x16)numbers, found;
	int i;

	for (i = 0; i < 16; i++) {
		found[i] = at[i] < 16 ? from[at[i] & 15] : 0;
	}
	return (v128_t)found;
}

SIMD_INLINE v128_t
wasm_i32x4_dot_i16x8(v128_t a, v128_t b)
{
	simd_i16x8 x = (simd_i16x8)a, y = (simd_i16x8)b;
	simd_u32x4 sum;
	int i;

	for (i = 0; i < 4; i++) {
		sum[i] = (uint32_t)(x[2 * i] * y[2 * i]) +
			 (uint32_t)(x[2 * i + 1] * y[2 * i + 1]);
	}
	return (v128_t)sum;
}

SIMD_INLINE v128_t
wasm_i64x2_extend_low_i32x4(v128_t a)
{
	return (v128_t)(simd_i64x2){a[0], a[1]};
}

SIMD_INLINE v128_t
wasm_i64x2_extend_high_i32x4(v128_t a)
{
	return (v128_t)(simd_i64x2){a[2], a[3]};
}

SIMD_INLINE v128_t
wasm_f64x2_convert_low_i32x4(v128_t a)
{
	return (v128_t)(simd_f64x2){a[0], a[1]};
}

#endif
