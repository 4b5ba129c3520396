/*
 * Polynomials of ML-KEM as bytes (FIPS 203, 4.2.1): each coefficient in 12
 * bits, or compressed to 10, 4 or 1. Constant time: quotients by q are
 * products and shifts. (A division's time depends on what is divided:
 * KyberSlash.)
 */
#ifndef MLKEM_CODEC_H__
#define MLKEM_CODEC_H__

#include <stddef.h>
#include "mlkem-poly.h"

/* How many bytes a polynomial has with so many bits a coefficient. */
#define MLKEM_BYTES(bits) (MLKEM_N / 8 * (bits))

/* The coefficients may be any 16-bit integers. */
void
mlkem_encode(unsigned char *out, const mlkem_poly *p, unsigned bits);

/*
 * Returns 1 if all of it is what mlkem_encode() writes, 0 if not: of 12 bits
 * there are more than coefficients. 0 <= c < q, or up to 4095 after a 0.
 */
uint32_t
mlkem_decode(mlkem_poly *p, const unsigned char *in, unsigned bits);

/* The nearest integer to c * 2^bits / q, modulo 2^bits, for 0 <= c < q. */
uint32_t
mlkem_compress(uint32_t c, unsigned bits);

#endif
