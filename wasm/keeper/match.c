/*
 * Is this the key of that certificate?
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "inner.h"
#include "crypto/ec-checked.h"
#include "key.h"

/*
 * n = p * q, as many bytes as both have together. (BearSSL 0.6's
 * br_rsa_i31_compute_modulus has no room for a modulus of 4096 bits.) The
 * same operations whatever the values.
 */
static void
multiply(unsigned char *n, const br_rsa_private_key *sk)
{
	size_t u, v;

	memset(n, 0, sk->plen + sk->qlen);
	for (u = sk->plen; u-- > 0;) {
		uint32_t carry = 0;

		for (v = sk->qlen; v-- > 0;) {
			carry += n[u + v + 1] + (uint32_t)sk->p[u] * sk->q[v];
			n[u + v + 1] = (unsigned char)carry;
			carry >>= 8;
		}
		n[u] = (unsigned char)carry;
	}
}

/* Are two unsigned big-endian integers equal? They are public. */
static int
equal_integers(const unsigned char *a, size_t alen, const unsigned char *b,
	size_t blen)
{
	for (; alen > 0 && *a == 0; a++, alen--)
		;
	for (; blen > 0 && *b == 0; b++, blen--)
		;
	return alen == blen && memcmp(a, b, alen) == 0;
}

static int
match_rsa(private_key *key, const br_rsa_public_key *pk)
{
	const br_rsa_private_key *sk = &key->sk.rsa;
	unsigned char n[2 * ((BR_MAX_RSA_FACTOR + 7) >> 3)];

	multiply(n, sk);
	if (!equal_integers(n, sk->plen + sk->qlen, pk->n, pk->nlen)) {
		return KEEPER_OTHER_KEY;
	}
	key->pk.elen = pk->elen;
	key->pk.e = arena_copy(pk->e, pk->elen);
	key->pk.nlen = pk->nlen;
	key->pk.n = arena_copy(pk->n, pk->nlen);
	return key->pk.e == NULL || key->pk.n == NULL ? KEEPER_NO_MEMORY : 0;
}

static int
match_ec(const private_key *key, const br_ec_public_key *pk, int claim)
{
	unsigned char q[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t qlen;

	if (key->sk.ec.curve != pk->curve) {
		return KEEPER_OTHER_KEY;
	}
	if (claim && key->claim != NULL) {
		return equal_integers(
			       key->claim, key->claim_len, pk->q, pk->qlen)
			       ? 0
			       : KEEPER_OTHER_KEY;
	}
	qlen = br_ec_compute_pub(&ec_checked, NULL, q, &key->sk.ec);
	if (qlen == 0 || qlen != pk->qlen || memcmp(q, pk->q, qlen) != 0) {
		return KEEPER_OTHER_KEY;
	}
	return 0;
}

static int
match(private_key *key, const unsigned char *cert, size_t len, int claim)
{
	br_x509_decoder_context decoder;
	const br_x509_pkey *pk;

	br_x509_decoder_init(&decoder, NULL, NULL);
	br_x509_decoder_push(&decoder, cert, len);
	pk = br_x509_decoder_get_pkey(&decoder);
	if (pk == NULL) {
		return KEEPER_BAD_CERTIFICATE;
	}
	if (pk->key_type != key->type) {
		return KEEPER_OTHER_KEY;
	}
	if (key->type == BR_KEYTYPE_RSA) {
		return match_rsa(key, &pk->key.rsa);
	}
	return match_ec(key, &pk->key.ec, claim);
}

/* see key.h */
int
key_match(private_key *key, const unsigned char *cert, size_t len)
{
	return match(key, cert, len, 0);
}

/* see key.h */
int
key_match_claim(private_key *key, const unsigned char *cert, size_t len)
{
	return match(key, cert, len, 1);
}
