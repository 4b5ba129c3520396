/*
 * Montgomery multiplication modulo two odd numbers at once, one in each
 * lane of a vector: the two primes of an RSA key.
 *
 * A number is a row of limbs that are integers in double precision, positive
 * and negative: 53 bits hold the sum of a whole column of products exactly,
 * so that a product takes a multiplication and an addition, two instructions
 * for both lanes, and carries wait for the end. No value is ever subnormal,
 * and nothing is divided: these take the same time whatever their operands.
 */
#ifndef MONTGOMERY_PAIR_H__
#define MONTGOMERY_PAIR_H__

#include <stddef.h>
#include <stdint.h>
#include <wasm_simd128.h>

/* Both moduli have this many bytes at most, at least. */
#define PAIR_MAX_BYTES 256
#define PAIR_MIN_BYTES 64

#define PAIR_LANES 2
#define PAIR_MAX_LIMBS 92

typedef v128_t pair_int[PAIR_MAX_LIMBS];

/*
 * Each modulus is multiplied by what makes it -1 modulo 2^bits: a quotient's
 * limb then is the lowest limb itself. Numbers are between -n and n for this
 * larger n. 2^(limbs * bits) is R, at least four times as large.
 */
typedef struct {
	int limbs; /* a multiple of PAIR_BLOCK */
	int bits;  /* of a limb: they are from -2^(bits-1) to 2^(bits-1) */
	v128_t rounder, scale;
	pair_int n;
} pair_modulus;

#define PAIR_BLOCK 4

/* The moduli, and any numbers below them, in BearSSL's form (br_i31_*). */
void
pair_modulus_set(
	pair_modulus *m, const uint32_t *const words[PAIR_LANES], size_t len);
void
pair_set(const pair_modulus *m, pair_int x,
	const uint32_t *const words[PAIR_LANES]);

/* Big-endian, not reduced modulo the original moduli, but not negative. */
#define PAIR_ENCODED_BYTES 268
size_t
pair_encode(const pair_modulus *m, int lane, const pair_int x,
	unsigned char out[PAIR_ENCODED_BYTES]);

/* x = a * b / R; x may be a or b. */
void
pair_multiply(
	const pair_modulus *m, pair_int x, const pair_int a, const pair_int b);

/* x = a * a / R; x may be a. */
void
pair_square(const pair_modulus *m, pair_int x, const pair_int a);

/* Exponents, big-endian, each as long as it is (that is public). */
typedef struct {
	const unsigned char *e[PAIR_LANES];
	size_t len[PAIR_LANES];
} pair_exponent;

/* x = x^e; `square_of_r` is R * R. */
void
pair_power(const pair_modulus *m, pair_int x, const pair_int square_of_r,
	const pair_exponent *exponent);

#endif
