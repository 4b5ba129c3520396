/*
 * Our implementations next to BearSSL's scalar ones, for test/crypto.
 */
#include "bearssl.h"
#include "crypto/chacha20-simd.h"
#include "crypto/p256.h"
#include "export.h"

static unsigned char key[32], iv[12], data[65536];

EXPORT(key) unsigned char *get_key(void)
{
	return key;
}

EXPORT(iv) unsigned char *get_iv(void)
{
	return iv;
}

EXPORT(data) unsigned char *get_data(void)
{
	return data;
}

EXPORT(chacha20_simd)
uint32_t
chacha20_simd(uint32_t counter, size_t offset, size_t len)
{
	return chacha20_simd_run(key, iv, counter, data + offset, len);
}

EXPORT(chacha20_scalar)
uint32_t
chacha20_scalar(uint32_t counter, size_t offset, size_t len)
{
	return br_chacha20_ct_run(key, iv, counter, data + offset, len);
}

/* Implementations of P-256: ours, and BearSSL's two. */
static const br_ec_impl *
p256_of(uint32_t which)
{
	switch (which) {
	case 0:
		return &p256;
	case 1:
		return &br_ec_p256_m31;
	default:
		return &br_ec_prime_i31;
	}
}

/*
 * In `data`: the result at 0, A; then B at 256, x at 512 and y at 768.
 */
EXPORT(p256_mulgen)
size_t
p256_mulgen(uint32_t which, size_t xlen)
{
	return p256_of(which)->mulgen(data, data + 512, xlen, BR_EC_secp256r1);
}

EXPORT(p256_mul)
uint32_t
p256_mul_point(uint32_t which, size_t len, size_t xlen)
{
	return p256_of(which)->mul(
		data, len, data + 512, xlen, BR_EC_secp256r1);
}

EXPORT(p256_muladd)
uint32_t
p256_muladd(uint32_t which, uint32_t generator, size_t xlen, size_t ylen)
{
	return p256_of(which)->muladd(data, generator ? NULL : data + 256, 65,
		data + 512, xlen, data + 768, ylen, BR_EC_secp256r1);
}

/* The key of `xlen` bytes at 512 signs the hash value (SHA-256) at 256. */
EXPORT(p256_sign)
size_t
p256_sign(uint32_t which, size_t xlen)
{
	br_ec_private_key sk = {BR_EC_secp256r1, data + 512, xlen};

	return br_ecdsa_i31_sign_asn1(
		p256_of(which), &br_sha256_vtable, data + 256, &sk, data);
}
