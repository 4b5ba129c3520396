/*
 * Is this the key of that certificate?
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "inner.h"
#include "crypto/ec-checked.h"
#include "key.h"

static unsigned char *
arena_copy(const unsigned char *data, size_t len)
{
	unsigned char *p = arena_alloc(len);

	if (p != NULL) {
		memcpy(p, data, len);
	}
	return p;
}

static int
match_rsa(private_key *key, const br_rsa_public_key *pk)
{
	unsigned char n[BR_MAX_RSA_SIZE >> 3];
	size_t nlen = br_rsa_i31_compute_modulus(NULL, &key->sk.rsa);

	if (nlen == 0 || nlen > sizeof n || nlen != pk->nlen) {
		return KEEPER_OTHER_KEY;
	}
	br_rsa_i31_compute_modulus(n, &key->sk.rsa);
	if (memcmp(n, pk->n, nlen) != 0) {
		return KEEPER_OTHER_KEY;
	}
	key->pk.elen = pk->elen;
	key->pk.e = arena_copy(pk->e, pk->elen);
	key->pk.nlen = nlen;
	key->pk.n = arena_copy(n, nlen);
	return key->pk.e == NULL || key->pk.n == NULL ? KEEPER_NO_MEMORY : 0;
}

static int
match_ec(const private_key *key, const br_ec_public_key *pk)
{
	unsigned char q[BR_EC_KBUF_PUB_MAX_SIZE];
	size_t qlen;

	if (key->sk.ec.curve != pk->curve) {
		return KEEPER_OTHER_KEY;
	}
	qlen = br_ec_compute_pub(&ec_checked, NULL, q, &key->sk.ec);
	if (qlen == 0 || qlen != pk->qlen || memcmp(q, pk->q, qlen) != 0) {
		return KEEPER_OTHER_KEY;
	}
	return 0;
}

/* see key.h */
int
key_match(private_key *key, const unsigned char *cert, size_t len)
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
	return match_ec(key, &pk->key.ec);
}
