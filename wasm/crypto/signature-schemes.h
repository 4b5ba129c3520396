/*
 * SignatureSchemes of TLS 1.3 (RFC 8446, 4.2.3), each for one kind of key.
 */
#ifndef SIGNATURE_SCHEMES_H__
#define SIGNATURE_SCHEMES_H__

#include "bearssl.h"

typedef struct signature_scheme {
	uint16_t id;
	int key_type; /* BR_KEYTYPE_* */
	int curve;    /* EC: BR_EC_* */
	const br_hash_class *hash;
} signature_scheme;

/* In the order of our preference: each curve has its hash, and RSA signs with
   PSS only. In a header, since a compiler makes less code of values that it
   knows. */
static const signature_scheme signature_schemes[] = {
	{0x0403, BR_KEYTYPE_EC, BR_EC_secp256r1, &br_sha256_vtable},
	{0x0503, BR_KEYTYPE_EC, BR_EC_secp384r1, &br_sha384_vtable},
	{0x0603, BR_KEYTYPE_EC, BR_EC_secp521r1, &br_sha512_vtable},
	{0x0804, BR_KEYTYPE_RSA, 0, &br_sha256_vtable},
	{0x0805, BR_KEYTYPE_RSA, 0, &br_sha384_vtable},
	{0x0806, BR_KEYTYPE_RSA, 0, &br_sha512_vtable},
};

#define SIGNATURE_SCHEMES \
	(sizeof signature_schemes / sizeof signature_schemes[0])

#endif
