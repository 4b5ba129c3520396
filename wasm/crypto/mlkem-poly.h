/*
 * Polynomials of ML-KEM (FIPS 203): 256 coefficients modulo q = 3329.
 *
 * A coefficient may be any of the 16-bit integers that stand for its class;
 * each function says how large they get. Constant time: no division, and
 * products are reduced as Montgomery does it, with R = 2^16. What is sampled
 * from a public seed is exempt.
 */
#ifndef MLKEM_POLY_H__
#define MLKEM_POLY_H__

#include <stddef.h>
#include <stdint.h>
#include "keccak.h"

#define MLKEM_N 256
#define MLKEM_Q 3329
#define MLKEM_SEED_BYTES 32

/*
 * What runs once or twice in a handshake is SMALL: with code that was compiled
 * the moment before, its time is its length.
 */
#define MLKEM_SMALL __attribute__((minsize))

typedef struct {
	int16_t c[MLKEM_N];
} mlkem_poly;

/*
 * The number-theoretic transform (4.3), in place, from |c| <= 2q to
 * |c| <= q/2; and back, from |c| <= 3q to |c| < q. Back, what is there is
 * also multiplied by R: mlkem_multiply_add() divides by it.
 */
void
mlkem_transform(mlkem_poly *p);

void
mlkem_transform_back(mlkem_poly *p);

/*
 * Add a * b / R to `sum`, all of them transformed: |a|, |b| <= q, and the
 * sum's coefficients grow by less than q.
 */
void
mlkem_multiply_add(mlkem_poly *sum, const mlkem_poly *a, const mlkem_poly *b);

/* Multiply by R, for a sum that stays transformed. */
void
mlkem_times_r(mlkem_poly *p);

void
mlkem_add(mlkem_poly *p, const mlkem_poly *a);

/* p = a - p */
void
mlkem_subtract_from(mlkem_poly *p, const mlkem_poly *a);

/* The representative 0 <= c < q of any 16-bit integer. */
uint32_t
mlkem_canonical(int32_t c);

/*
 * One polynomial of the matrix (4.2.2, SampleNTT), from the public seed and
 * two indexes, the column first. 0 <= c < q.
 */
void
mlkem_sample_matrix(mlkem_poly *p, keccak *k, const unsigned char *seed,
	const unsigned char at[2]);

/* Secret noise, a seed's nth (4.1, PRF; 4.2.2, SamplePolyCBD). |c| <= 2. */
void
mlkem_sample_noise(
	mlkem_poly *p, keccak *k, const unsigned char *seed, unsigned char n);

#endif
