/*
 * SignatureSchemes. In TLS 1.3 each curve has its hash, and RSA signs with
 * PSS only.
 */
#include "schemes.h"
#include "labels.h"

static const tls13_scheme schemes[] = {
	{0x0403, BR_KEYTYPE_EC, BR_EC_secp256r1, &br_sha256_vtable},
	{0x0503, BR_KEYTYPE_EC, BR_EC_secp384r1, &br_sha384_vtable},
	{0x0603, BR_KEYTYPE_EC, BR_EC_secp521r1, &br_sha512_vtable},
	{0x0804, BR_KEYTYPE_RSA, 0, &br_sha256_vtable},
	{0x0805, BR_KEYTYPE_RSA, 0, &br_sha384_vtable},
	{0x0806, BR_KEYTYPE_RSA, 0, &br_sha512_vtable},
};

#define SCHEMES (sizeof schemes / sizeof schemes[0])

/* see schemes.h */
const tls13_scheme *
scheme_at(size_t n)
{
	return n < SCHEMES ? &schemes[n] : NULL;
}

/* see schemes.h */
int
scheme_number(uint32_t id)
{
	size_t u;

	for (u = 0; u < SCHEMES; u++) {
		if (schemes[u].id == id) {
			return (int)u;
		}
	}
	return -1;
}

/* see schemes.h */
int
scheme_fits(const tls13_scheme *s, const own_key *key)
{
	if (s->key_type != key->type) {
		return 0;
	}
	if (s->key_type == BR_KEYTYPE_EC) {
		return s->curve == key->curve;
	}

	/* A hash value, a salt as long, and two bytes must fit (RFC 8017,
	   9.1.1). */
	return key->modulus_len >= 2 * label_hash_len(s->hash) + 2;
}
