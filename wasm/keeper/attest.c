/*
 * CertificateVerify of TLS 1.3 (RFC 8446, 4.4.3). What is signed is composed
 * here: an engine chooses a transcript hash and nothing else, so that what
 * it gets is of use in a handshake of this version and this role alone.
 */
#include <string.h>
#include "inner.h"
#include "abi.h"
#include "crypto/pss.h"
#include "crypto/signature-schemes.h"
#include "crypto/wipe.h"
#include "signature.h"

static const char *const contexts[] = {
	[KEEPER_SERVER] = "TLS 1.3, server CertificateVerify",
	[KEEPER_CLIENT] = "TLS 1.3, client CertificateVerify",
};

#define ROLES (sizeof contexts / sizeof contexts[0])

static const signature_scheme *
scheme_for(const private_key *key, unsigned number)
{
	size_t u;

	for (u = 0; u < SIGNATURE_SCHEMES; u++) {
		const signature_scheme *s = &signature_schemes[u];

		if (s->id == number && s->key_type == key->type &&
			(s->key_type == BR_KEYTYPE_RSA ||
				s->curve == key->sk.ec.curve)) {
			return s;
		}
	}
	return NULL;
}

/* The content that the signature covers, as a hash value. */
static void
hash_content(const br_hash_class *hash, const char *context,
	const unsigned char *transcript, size_t len, unsigned char *hv)
{
	unsigned char spaces[64];
	br_hash_compat_context hc;

	memset(spaces, 0x20, sizeof spaces);
	hash->init(&hc.vtable);
	hash->update(&hc.vtable, spaces, sizeof spaces);
	hash->update(&hc.vtable, context, strlen(context) + 1);
	hash->update(&hc.vtable, transcript, len);
	hash->out(&hc.vtable, hv);
}

/*
 * A salt that looks random, and is the same for the same message: the
 * keeper has no entropy, and needs none.
 */
static void
make_salt(const private_key *key, const signature_scheme *s,
	const unsigned char *hv, size_t hv_len, unsigned char *salt)
{
	static const char label[] = "bearhug PSS salt";
	br_hmac_key_context kc;
	br_hmac_context hc;

	br_hmac_key_init(
		&kc, s->hash, key->rejection_seed, sizeof key->rejection_seed);
	br_hmac_init(&hc, &kc, 0);
	br_hmac_update(&hc, label, sizeof label);
	br_hmac_update(&hc, hv, hv_len);
	br_hmac_out(&hc, salt);
	wipe(&kc, sizeof kc);
	wipe(&hc, sizeof hc);
}

static size_t
attest_rsa(const private_key *key, const signature_scheme *s,
	const unsigned char *hv, unsigned char *sig)
{
	unsigned char salt[64], padded[BR_MAX_RSA_SIZE / 8];
	uint32_t bits = key->sk.rsa.n_bitlen;
	size_t hv_len =
		s->hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;

	/* Without the certificate, a faulty signature would not be seen. */
	if (key->pk.n == NULL || bits > BR_MAX_RSA_SIZE) {
		return 0;
	}
	make_salt(key, s, hv, hv_len, salt);
	if (!pss_encode(padded, bits, s->hash, hv, salt)) {
		return 0;
	}
	return signature_rsa(key, padded, sig);
}

/* see key.h */
size_t
key_attest(const private_key *key, unsigned role, unsigned number,
	unsigned char *data, size_t len)
{
	const signature_scheme *s = scheme_for(key, number);
	unsigned char hv[64];

	if (s == NULL || role >= ROLES ||
		(len != br_sha256_SIZE && len != br_sha384_SIZE)) {
		return 0;
	}
	hash_content(s->hash, contexts[role], data, len, hv);
	return key->type == BR_KEYTYPE_RSA
		       ? attest_rsa(key, s, hv, data)
		       : signature_ec(key, s->hash, hv, data);
}
