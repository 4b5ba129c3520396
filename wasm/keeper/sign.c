/*
 * Signatures of ServerKeyExchange and CertificateVerify before TLS 1.3: of
 * a hash value that an engine chooses.
 */
#include <string.h>
#include "inner.h"
#include "signature.h"

/* BearSSL's hash implementations, by identifier. */
static const br_hash_class *
hash_of(unsigned id)
{
	switch (id) {
	case br_sha1_ID:
		return &br_sha1_vtable;
	case br_sha224_ID:
		return &br_sha224_vtable;
	case br_sha256_ID:
		return &br_sha256_vtable;
	case br_sha384_ID:
		return &br_sha384_vtable;
	case br_sha512_ID:
		return &br_sha512_vtable;
	default:
		return NULL;
	}
}

/*
 * The hash functions' object identifiers, each after its length; NULL is
 * how BearSSL is asked for the MD5 and SHA-1 pair of TLS 1.0.
 */
static const unsigned char *
oid_of(unsigned id)
{
	switch (id) {
	case br_sha1_ID:
		return BR_HASH_OID_SHA1;
	case br_sha224_ID:
		return BR_HASH_OID_SHA224;
	case br_sha256_ID:
		return BR_HASH_OID_SHA256;
	case br_sha384_ID:
		return BR_HASH_OID_SHA384;
	case br_sha512_ID:
		return BR_HASH_OID_SHA512;
	default:
		return NULL;
	}
}

static size_t
hash_length(unsigned id)
{
	const br_hash_class *hc = hash_of(id);

	return hc == NULL ? br_md5_SIZE + br_sha1_SIZE
			  : (hc->desc >> BR_HASHDESC_OUT_OFF) &
				    BR_HASHDESC_OUT_MASK;
}

static size_t
sign_rsa(const private_key *key, unsigned hash, const unsigned char *hv,
	size_t hv_len, unsigned char *sig)
{
	unsigned char padded[BR_MAX_RSA_SIZE / 8];
	uint32_t bits = key->sk.rsa.n_bitlen;

	if (bits > BR_MAX_RSA_SIZE ||
		!br_rsa_pkcs1_sig_pad(oid_of(hash), hv, hv_len, bits, padded)) {
		return 0;
	}
	return signature_rsa(key, padded, sig);
}

static size_t
sign_ec(const private_key *key, unsigned hash, const unsigned char *hv,
	unsigned char *sig)
{
	const br_hash_class *hc = hash_of(hash);

	return hc == NULL ? 0 : signature_ec(key, hc, hv, sig);
}

/* see key.h */
size_t
key_sign(const private_key *key, unsigned hash, unsigned char *data, size_t len)
{
	unsigned char hv[64];

	if ((hash != 0 && hash_of(hash) == NULL) || len != hash_length(hash)) {
		return 0;
	}
	memcpy(hv, data, len);
	if (key->type == BR_KEYTYPE_RSA) {
		return sign_rsa(key, hash, hv, len, data);
	}
	return sign_ec(key, hash, hv, data);
}
