/*
 * ML-KEM-768 by the letter of FIPS 203, as plain as it can be: divisions,
 * products and transforms by their definitions, and Keccak a bit slower than
 * one would like. What wasm/crypto/mlkem.c says, this says, too.
 */
#ifndef PLAIN_MLKEM_H__
#define PLAIN_MLKEM_H__

#include <stdint.h>

void
plain_mlkem_make_key(unsigned char key[1184], const unsigned char seed[64]);

/* Is every coefficient of it below q? */
int
plain_mlkem_is_key(const unsigned char key[1184]);

void
plain_mlkem_encapsulate(unsigned char secret[32],
	unsigned char ciphertext[1088], const unsigned char key[1184],
	const unsigned char random[32]);

void
plain_mlkem_decapsulate(unsigned char secret[32],
	const unsigned char ciphertext[1088], const unsigned char seed[64]);

#endif
