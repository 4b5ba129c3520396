/*
 * The cipher suites of TLS 1.3 (RFC 8446, B.4): an AEAD and a hash each.
 */
#ifndef TLS13_SUITES_H__
#define TLS13_SUITES_H__

#include <stddef.h>
#include <stdint.h>
#include "bearssl.h"

/* The longest hash value of a suite: SHA-384. */
#define SUITE_HASH_MAX 48

typedef enum {
	SUITE_CHACHA20_POLY1305,
	SUITE_AES_GCM
} suite_aead;

typedef struct {
	uint16_t id;
	suite_aead aead;
	size_t key_len;
	const br_hash_class *hash;
	const char *openssl_name;
} tls13_suite;

/* The n-th, in the order of our preference; NULL after the last one. */
const tls13_suite *
suite_at(size_t n);

/* The suite of that number; NULL if we have none. */
const tls13_suite *
suite_of(uint32_t id);

#endif
