/*
 * Which SignatureSchemes there are, and which ones a key can sign with.
 */
#include "schemes.h"
#include "labels.h"

/* see schemes.h */
const tls13_scheme *
scheme_at(size_t n)
{
	return n < SIGNATURE_SCHEMES ? &signature_schemes[n] : NULL;
}

/* see schemes.h */
int
scheme_number(uint32_t id)
{
	size_t u;

	for (u = 0; u < SIGNATURE_SCHEMES; u++) {
		if (signature_schemes[u].id == id) {
			return (int)u;
		}
	}
	return -1;
}

/* see schemes.h */
int
scheme_fits(const tls13_scheme *s, const own_key *key)
{
	if ((unsigned)s->key_type != key->type) {
		return 0;
	}
	if (s->key_type == BR_KEYTYPE_EC) {
		return s->curve == key->curve;
	}

	/* A hash value, a salt as long, and two bytes must fit (RFC 8017,
	   9.1.1). */
	return key->modulus_len >= 2 * label_hash_len(s->hash) + 2;
}
