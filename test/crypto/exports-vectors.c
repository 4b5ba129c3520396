/*
 * What both modules are made of, one call a case of other people's vectors
 * (test/vectors): with the same implementations that wasm/engine and
 * wasm/keeper choose. In `data`, each PART bytes from the last: a key, a
 * nonce or a signature, a hash value or what is authenticated, a message.
 */
#include <string.h>
#include "bearssl.h"
#include "crypto/aes-simd.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ec-checked.h"
#include "crypto/ghash-simd.h"
#include "crypto/poly1305-simd.h"
#include "crypto/pss.h"
#include "export.h"
#include "buffers.h"

#define PART 8192

static unsigned char *const first = data, *const second = data + PART,
			    *const third = data + 2 * PART,
			    *const message = data + 3 * PART;

/* The hash functions by their output's length. */
static const br_hash_class *
hash_of(size_t len)
{
	return len == 32   ? &br_sha256_vtable
	       : len == 48 ? &br_sha384_vtable
			   : &br_sha512_vtable;
}

EXPORT(ecdsa_verify)
uint32_t
ecdsa_verify(int curve, size_t key_len, size_t sig_len, size_t hash_len)
{
	br_ec_public_key pk = {curve, first, key_len};

	return br_ecdsa_i31_vrfy_asn1(
		&ec_checked, third, hash_len, &pk, second, sig_len);
}

/* The point becomes the product. Returns the offset of its X, or 0. */
EXPORT(ecdh)
size_t
ecdh(int curve, size_t point_len, size_t len)
{
	size_t x_len;

	if (!ec_checked.mul(first, point_len, second, len, curve)) {
		return 0;
	}

	/* With Curve25519, it is the first. */
	return 1 + ec_checked.xoff(curve, &x_len);
}

EXPORT(rsa_pkcs1_verify)
uint32_t
rsa_pkcs1_verify(size_t n_len, size_t e_len, size_t sig_len, size_t hash_len)
{
	static const unsigned char *const oids[] = {
		BR_HASH_OID_SHA256, BR_HASH_OID_SHA384, BR_HASH_OID_SHA512};
	br_rsa_public_key pk = {first, n_len, first + PART / 2, e_len};
	unsigned char found[64];

	return br_rsa_i31_pkcs1_vrfy(second, sig_len, oids[hash_len / 16 - 2],
		       hash_len, &pk, found) &&
	       memcmp(found, third, hash_len) == 0;
}

EXPORT(rsa_pss_verify)
uint32_t
rsa_pss_verify(size_t n_len, size_t e_len, size_t sig_len, size_t hash_len)
{
	br_rsa_public_key pk = {first, n_len, first + PART / 2, e_len};

	return pss_verify(second, sig_len, &pk, hash_of(hash_len), third);
}

/* The MAC at `first`. */
EXPORT(hmac)
void
hmac(size_t hash_len, size_t key_len, size_t len)
{
	br_hmac_key_context kc;
	br_hmac_context hc;

	br_hmac_key_init(&kc, hash_of(hash_len), second, key_len);
	br_hmac_init(&hc, &kc, 0);
	br_hmac_update(&hc, message, len);
	br_hmac_out(&hc, first);
}

/* How many bytes there are at `first`. */
EXPORT(hkdf)
size_t
hkdf(size_t hash_len, size_t salt_len, size_t ikm_len, size_t info_len,
	size_t out_len)
{
	br_hkdf_context hc;

	br_hkdf_init(&hc, hash_of(hash_len), second, salt_len);
	br_hkdf_inject(&hc, third, ikm_len);
	br_hkdf_flip(&hc);
	return br_hkdf_produce(&hc, message, info_len, first, out_len);
}

/* The message becomes the ciphertext or the other way; the tag is in `mac`. */
EXPORT(gcm_run)
void
gcm_run(int encrypt, size_t key_len, size_t iv_len, size_t aad_len, size_t len)
{
	br_aes_gen_ctr_keys keys;
	br_gcm_context gcm;

	aes_simd_ctr_vtable.init(&keys.vtable, first, key_len);
	br_gcm_init(&gcm, &keys.vtable, &ghash_simd);
	br_gcm_reset(&gcm, second, iv_len);
	br_gcm_aad_inject(&gcm, third, aad_len);
	br_gcm_flip(&gcm);
	br_gcm_run(&gcm, encrypt, message, len);
	br_gcm_get_tag(&gcm, mac);
}

/* The same; returns 0 for a nonce or a tag of a length that CCM has not. */
EXPORT(ccm_run)
int
ccm_run(int encrypt, size_t key_len, size_t iv_len, size_t aad_len, size_t len,
	size_t tag_len)
{
	br_aes_gen_ctrcbc_keys keys;
	br_ccm_context ccm;

	aes_simd_ctrcbc_vtable.init(&keys.vtable, first, key_len);
	br_ccm_init(&ccm, &keys.vtable);
	if (!br_ccm_reset(&ccm, second, iv_len, aad_len, len, tag_len)) {
		return 0;
	}
	br_ccm_aad_inject(&ccm, third, aad_len);
	br_ccm_flip(&ccm);
	br_ccm_run(&ccm, encrypt, message, len);
	br_ccm_get_tag(&ccm, mac);
	return 1;
}

/* The same, with a nonce of 12 bytes. */
EXPORT(chacha20_poly1305_run)
void
chacha20_poly1305_run(int encrypt, size_t aad_len, size_t len)
{
	poly1305_simd_run(first, second, message, len, third, aad_len, mac,
		&chacha20_simd_run, encrypt);
}
