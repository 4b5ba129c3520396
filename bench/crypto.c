/*
 * Each primitive that is timed: BearSSL's portable code (`ours` is 0) or
 * what our modules run, `times` times in a row on what the time before has
 * left, 1 returned if all went well. Keys are expanded once, as a
 * connection does it.
 */
#include <string.h>
#include "bearssl.h"
#include "crypto/aes-simd.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ghash-simd.h"
#include "crypto/p256-sign.h"
#include "crypto/poly1305-simd.h"
#include "crypto/rsa-private.h"
#include "crypto/x25519.h"
#include "export.h"
#include "record.h"

/* The keeper's private operation. */
#define OUR_RSA_PRIVATE rsa_private

#define AES128_KEY_LENGTH 16
#define RSA_LENGTH 256
#define RSA_HALF (RSA_LENGTH / 2)

/* p, q, dp, dq and iq, from the host. */
static unsigned char rsa_parts[5][RSA_HALF];

EXPORT(rsa_key) unsigned char *get_rsa_key(void)
{
	return rsa_parts[0];
}

EXPORT(record) unsigned char *get_record(void)
{
	return record;
}

EXPORT(tag) unsigned char *get_tag(void)
{
	return tag;
}

EXPORT(reset)
void
reset(void)
{
	reset_record();
}

EXPORT(chacha20)
int
chacha20(int ours, unsigned times)
{
	br_chacha20_run run = ours ? &chacha20_simd_run : &br_chacha20_ct_run;

	while (times-- > 0) {
		run(key, iv, 1, record, RECORD_LENGTH);
	}
	return 1;
}

/* Not a cipher: block 0 of the key stream is the key, the others are 0. */
static uint32_t
key_is_stream(
	const void *k, const void *nonce, uint32_t cc, void *buf, size_t len)
{
	(void)nonce;
	if (cc == 0) {
		memcpy(buf, k, len);
	}
	return cc;
}

EXPORT(poly1305)
int
poly1305(int ours, unsigned times)
{
	br_poly1305_run run =
		ours ? &poly1305_simd_run : &br_poly1305_ctmul_run;

	while (times-- > 0) {
		run(key, iv, record, RECORD_LENGTH, header, sizeof header, tag,
			&key_is_stream, 1);
	}
	return 1;
}

EXPORT(chacha20_poly1305)
int
chacha20_poly1305(int ours, unsigned times)
{
	br_chacha20_run cipher =
		ours ? &chacha20_simd_run : &br_chacha20_ct_run;
	br_poly1305_run run =
		ours ? &poly1305_simd_run : &br_poly1305_ctmul_run;

	while (times-- > 0) {
		run(key, iv, record, RECORD_LENGTH, header, sizeof header, tag,
			cipher, 1);
	}
	return 1;
}

static void
aes_init(int ours, br_aes_gen_ctr_keys *keys)
{
	const br_block_ctr_class *class =
		ours ? &aes_simd_ctr_vtable : &br_aes_ct64_ctr_vtable;

	class->init(&keys->vtable, key, AES128_KEY_LENGTH);
}

EXPORT(aes128_ctr)
int
aes128_ctr(int ours, unsigned times)
{
	br_aes_gen_ctr_keys keys;

	aes_init(ours, &keys);
	while (times-- > 0) {
		keys.vtable->run(&keys.vtable, iv, 1, record, RECORD_LENGTH);
	}
	return 1;
}

static br_ghash
ghash_of(int ours)
{
	return ours ? &ghash_simd : &br_ghash_ctmul64;
}

EXPORT(ghash)
int
ghash(int ours, unsigned times)
{
	while (times-- > 0) {
		ghash_of(ours)(tag, key, record, RECORD_LENGTH);
	}
	return 1;
}

EXPORT(aes128_gcm)
int
aes128_gcm(int ours, unsigned times)
{
	br_aes_gen_ctr_keys keys;
	br_gcm_context gcm;

	aes_init(ours, &keys);
	br_gcm_init(&gcm, &keys.vtable, ghash_of(ours));
	while (times-- > 0) {
		br_gcm_reset(&gcm, iv, sizeof iv);
		br_gcm_aad_inject(&gcm, header, sizeof header);
		br_gcm_flip(&gcm);
		br_gcm_run(&gcm, 1, record, RECORD_LENGTH);
		br_gcm_get_tag(&gcm, tag);
	}
	return 1;
}

/* On the first bytes of the record; 0 before them is below any modulus. */
EXPORT(rsa2048_private)
int
rsa2048_private(int ours, unsigned times)
{
	br_rsa_private run = ours ? &OUR_RSA_PRIVATE : &br_rsa_i31_private;
	br_rsa_private_key sk = {8 * RSA_LENGTH, rsa_parts[0], RSA_HALF,
		rsa_parts[1], RSA_HALF, rsa_parts[2], RSA_HALF, rsa_parts[3],
		RSA_HALF, rsa_parts[4], RSA_HALF};
	uint32_t good = 1;

	record[0] = 0;
	while (times-- > 0) {
		good &= run(record, &sk);
	}
	return (int)good;
}

/* The first bytes of the last signature are the next hash value. */
EXPORT(p256_sign)
int
sign_with_p256(int ours, unsigned times)
{
	br_ec_private_key sk = {BR_EC_secp256r1, key, sizeof key};
	unsigned char hv[br_sha256_SIZE];
	int good = 1;

	while (times-- > 0) {
		memcpy(hv, record, sizeof hv);
		good &= 0 <
			(ours ? p256_sign(&br_sha256_vtable, hv, &sk, record)
			      : br_ecdsa_i31_sign_asn1(&br_ec_p256_m31,
					&br_sha256_vtable, hv, &sk, record));
	}
	return good;
}

/* The private key is `key`; a result is the next point. */
EXPORT(x25519_secret)
int
make_secrets(int ours, unsigned times)
{
	const br_ec_impl *ec = ours ? &x25519 : &br_ec_c25519_m31;
	uint32_t good = 1;

	while (times-- > 0) {
		good &= ec->mul(record, 32, key, sizeof key, BR_EC_curve25519);
	}
	return (int)good;
}

/* A result is the next private key. */
EXPORT(x25519_own_key)
int
make_own_keys(int ours, unsigned times)
{
	const br_ec_impl *ec = ours ? &x25519 : &br_ec_c25519_m31;
	unsigned char x[32];
	int good = 1;

	while (times-- > 0) {
		memcpy(x, record, sizeof x);
		good &= ec->mulgen(record, x, sizeof x, BR_EC_curve25519) == 32;
	}
	return good;
}
