/*
 * CertificateVerify of the peer. Everything here is public.
 */
#include "bearssl.h"
#include "context.h"
#include "labels.h"
#include "schemes.h"
#include "signed-content.h"
#include "verify.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/ec-checked.h"
#include "crypto/pss.h"

static own_key
kind_of(const br_x509_pkey *pk)
{
	own_key kind = {0};

	kind.type = pk->key_type;
	if (pk->key_type == BR_KEYTYPE_RSA) {
		kind.modulus_len = pk->key.rsa.nlen;
	} else {
		kind.curve = pk->key.ec.curve;
	}
	return kind;
}

/* A scheme that we asked for, and of the key's kind (4.2.3). */
static const tls13_scheme *
scheme_for(uint32_t id, const br_x509_pkey *pk)
{
	const own_key kind = kind_of(pk);
	int number = scheme_number(id);

	if (number < 0 || !scheme_fits(scheme_at((size_t)number), &kind)) {
		return NULL;
	}
	return scheme_at((size_t)number);
}

static uint32_t
is_signature(const br_x509_pkey *pk, const br_hash_class *hash,
	const unsigned char *value, const reader *signature)
{
	if (pk->key_type == BR_KEYTYPE_RSA) {
		return pss_verify(signature->data, signature->left,
			&pk->key.rsa, hash, value);
	}
	return br_ecdsa_i31_vrfy_asn1(&ec_checked, value, label_hash_len(hash),
		&pk->key.ec, signature->data, signature->left);
}

/* see verify.h */
int
verify_read(int of_client, const unsigned char *body, size_t len)
{
	unsigned char messages[SUITE_HASH_MAX], value[64];
	const tls13_scheme *scheme;
	const br_x509_pkey *pk;
	unsigned usages;
	reader in, signature;
	uint32_t id;

	reader_init(&in, body, len);
	id = reader_u16(&in);
	signature = reader_vector16(&in);
	if (!reader_end(&in)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	pk = (*conn.peer)->get_pkey(conn.peer, &usages);
	if (pk == NULL || (usages & BR_KEYTYPE_SIGN) == 0) {
		return BR_ERR_WRONG_KEY_USAGE;
	}
	scheme = scheme_for(id, pk);
	if (scheme == NULL) {
		return ERR_BAD_SCHEME;
	}
	transcript_hash(&tls13.transcript, messages);
	signed_content_hash(scheme->hash, of_client, messages,
		label_hash_len(tls13.suite->hash), value);
	if (!is_signature(pk, scheme->hash, value, &signature)) {
		return BR_ERR_BAD_SIGNATURE;
	}
	return 0;
}
