/*
 * ECDSA signatures with P-256: br_ecdsa_i31_sign_asn1, bit for bit, faster.
 */
#ifndef P256_SIGN_H__
#define P256_SIGN_H__

#include "bearssl.h"

/* The longest signature: two integers of 33 bytes, three headers. */
#define P256_SIGNATURE_MAX 72

/*
 * Sign a hash value, which `hf` made, with a key of secp256r1; the nonce is
 * RFC 6979's. Returns the length of the signature (ASN.1), or 0 if the key
 * isn't in [1, n - 1]. Constant time but for the length of the signature,
 * which is public.
 */
size_t
p256_sign(const br_hash_class *hf, const void *hash_value,
	const br_ec_private_key *sk, void *sig);

#endif
