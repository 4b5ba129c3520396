/*
 * Multiples of points of Curve25519, for 32 bytes as RFC 7748 has them once
 * they are "clamped": k is little-endian, a multiple of 8 from 2^254 to 2^255.
 */
#ifndef X25519_MULTIPLY_H__
#define X25519_MULTIPLY_H__

#include "f25519.h"

/* dst = k * point; 0 for points of small order. See x25519-ladder.c. */
void
x25519_ladder(
	unsigned char *dst, const unsigned char *k, const unsigned char *point);

/* dst = k * 9. See x25519-comb.c. */
void
x25519_comb(unsigned char *dst, const unsigned char *k);

#endif
