/*
 * Our implementations next to BearSSL's scalar ones, for test/crypto.
 */
#include "bearssl.h"
#include "crypto/chacha20-simd.h"
#include "crypto/p256.h"
#include "crypto/p256-sign.h"
#include "export.h"
#include "buffers.h"

unsigned char key[32], iv[16], mac[16], data[65536];

EXPORT(key) unsigned char *get_key(void)
{
	return key;
}

EXPORT(iv) unsigned char *get_iv(void)
{
	return iv;
}

EXPORT(mac) unsigned char *get_mac(void)
{
	return mac;
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

static const br_hash_class *
hash_of(uint32_t id)
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
	default:
		return &br_sha512_vtable;
	}
}

/*
 * The key of `xlen` bytes at 512 signs the hash value at 256: ours, or
 * BearSSL's code all through.
 */
EXPORT(p256_sign)
size_t
p256_sign_hash(uint32_t which, uint32_t hash, size_t xlen)
{
	br_ec_private_key sk = {BR_EC_secp256r1, data + 512, xlen};

	if (which == 0) {
		return p256_sign(hash_of(hash), data + 256, &sk, data);
	}
	return br_ecdsa_i31_sign_asn1(
		p256_of(which), hash_of(hash), data + 256, &sk, data);
}
