/*
 * Values of the key schedule that are the same in every connection (RFC 8446,
 * 7.1), of SHA-256 or SHA-384: computing them takes ten blocks of the hash.
 */
#ifndef TLS13_KNOWN_VALUES_H__
#define TLS13_KNOWN_VALUES_H__

#include "bearssl.h"

/* The hash value of nothing. */
const unsigned char *
known_empty_hash(const br_hash_class *hash);

/* Derive-Secret(early secret, "derived", ""), without a pre-shared key. */
const unsigned char *
known_first_salt(const br_hash_class *hash);

#endif
