/*
 * Multiples of points of P-256, for a canonical multiplier; 0 gives infinity.
 */
#ifndef P256_MULTIPLY_H__
#define P256_MULTIPLY_H__

#include "p256-point.h"

/* P = k * G, G being the curve's generator. See p256-comb.c. */
void
p256_multiply_generator(p256_point *P, const p256_int *k);

/* P = k * Q. See p256-window.c. */
void
p256_multiply(p256_point *P, const p256_affine *Q, const p256_int *k);

#endif
