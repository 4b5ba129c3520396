/*
 * The two factors of an RSA key, and powers modulo both.
 */
#ifndef RSA_FACTORS_H__
#define RSA_FACTORS_H__

#include "bearssl.h"
#include "montgomery-pair.h"

/* BearSSL's form of an integer: a length, then limbs of 31 bits. */
#define RSA_WORD_BITS 31
#define RSA_WORDS (2 + (8 * PAIR_MAX_BYTES + RSA_WORD_BITS - 1) / RSA_WORD_BITS)
typedef uint32_t rsa_words[RSA_WORDS];

enum {
	RSA_P,
	RSA_Q,
	RSA_FACTORS
};

typedef struct {
	rsa_words n[RSA_FACTORS];
	size_t len;         /* of each, in bytes */
	size_t modulus_len; /* of p * q, as the key has it */
} rsa_factors;

/*
 * Returns 0, and the key is for BearSSL's functions, if p and q aren't
 * equally long, or shorter or longer than our arithmetic takes.
 */
uint32_t
rsa_factors_decode(rsa_factors *f, const br_rsa_private_key *sk);

/* n = p * q, big-endian, in f->modulus_len bytes. */
#define RSA_MODULUS_BYTES (2 * PAIR_MAX_BYTES)
void
rsa_factors_product(const rsa_factors *f, unsigned char n[RSA_MODULUS_BYTES]);

/* x, as long as the modulus, modulo p and modulo q. */
void
rsa_factors_reduce(
	const rsa_factors *f, rsa_words s[RSA_FACTORS], const unsigned char *x);

/* x^e[RSA_P] modulo p, x^e[RSA_Q] modulo q. */
void
rsa_factors_power(const rsa_factors *f, rsa_words s[RSA_FACTORS],
	const unsigned char *x, const pair_exponent *e);

#endif
