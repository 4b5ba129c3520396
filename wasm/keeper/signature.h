/*
 * One operation with the private key, for each kind of key.
 */
#ifndef SIGNATURE_H__
#define SIGNATURE_H__

#include "key.h"

/*
 * RSA, of a padded message as long as the modulus. Returns the signature's
 * length, or 0: it is verified before it leaves, if the certificate is
 * known.
 */
size_t
signature_rsa(const private_key *key, const unsigned char *padded,
	unsigned char *sig);

/* ECDSA (RFC 6979, ASN.1). Returns the signature's length, or 0. */
size_t
signature_ec(const private_key *key, const br_hash_class *hash,
	const unsigned char *hv, unsigned char *sig);

#endif
