/*
 * RSA-PSS (RFC 8017, 8.1 and 9.1), which BearSSL has not, as TLS 1.3 uses it
 * (RFC 8446, 4.2.3): MGF1 with the same hash function, and a salt as long as
 * a hash value.
 */
#ifndef PSS_H__
#define PSS_H__

#include "bearssl.h"

/*
 * EMSA-PSS-ENCODE. `em` gets as many bytes as a modulus of `bits` bits has;
 * `hv` and `salt` are hash values. Returns 0 if they don't fit. The time
 * depends on lengths only.
 */
uint32_t
pss_encode(unsigned char *em, uint32_t bits, const br_hash_class *hash,
	const unsigned char *hv, const unsigned char *salt);

/*
 * EMSA-PSS-VERIFY, of an `em` that is overwritten. Returns 1 if it encodes
 * that hash value, with any salt of the right length; else 0.
 */
uint32_t
pss_decode(unsigned char *em, uint32_t bits, const br_hash_class *hash,
	const unsigned char *hv);

/*
 * RSASSA-PSS-VERIFY: is that a signature of the hash value, by that key?
 * Everything is public. A modulus of over BR_MAX_RSA_SIZE bits is refused.
 */
uint32_t
pss_verify(const unsigned char *sig, size_t len, const br_rsa_public_key *pk,
	const br_hash_class *hash, const unsigned char *hv);

#endif
