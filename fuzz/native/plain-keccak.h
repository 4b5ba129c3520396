/* SHA-3 and SHAKE (FIPS 202) by the letter, for plain-mlkem.c. */
#ifndef PLAIN_KECCAK_H__
#define PLAIN_KECCAK_H__

#include <stddef.h>

/* Rate and suffix: 136 and 6 are SHA3-256, 168 and 31 SHAKE128, ... */
typedef struct {
	size_t rate;
	unsigned char suffix;
} plain_keccak_function;

void
plain_keccak(plain_keccak_function f, const unsigned char *in, size_t len,
	unsigned char *out, size_t out_len);

#endif
