/*
 * Our implementations of algorithms against BearSSL's: the same input, the
 * same output. The first byte chooses one, 64 bytes are keys and the like,
 * two are a length, and the rest, over and over, is the data.
 */
#include <stdlib.h>
#include <string.h>
#include "bearssl.h"
#include "check.h"
#include "recorded.h"
#include "crypto/aes-simd.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ghash-simd.h"
#include "crypto/p256.h"
#include "crypto/p256-sign.h"
#include "crypto/poly1305-simd.h"
#include "crypto/rsa-private.h"

#define HEADER 67
#define LENGTH_MAX 16384

typedef struct {
	const uint8_t *key, *iv, *more; /* 32, 16 and 16 bytes */
	unsigned char *ours, *theirs;   /* the same data, twice */
	size_t len;
} input;

static size_t
aes_key_length(const input *in)
{
	return 16 + 8 * (size_t)(in->more[15] % 3);
}

static void
chacha20(const input *in)
{
	uint32_t cc = (uint32_t)in->more[0] << 24 | in->more[1];

	CHECK(chacha20_simd_run(in->key, in->iv, cc, in->ours, in->len) ==
		br_chacha20_ct_run(in->key, in->iv, cc, in->theirs, in->len));
}

static void
poly1305(const input *in)
{
	unsigned char ours[16], theirs[16];
	size_t aad_len = in->more[15] % 17;
	int encrypt = in->more[15] & 1;

	poly1305_simd_run(in->key, in->iv, in->ours, in->len, in->more, aad_len,
		ours, &chacha20_simd_run, encrypt);
	br_poly1305_ctmul_run(in->key, in->iv, in->theirs, in->len, in->more,
		aad_len, theirs, &br_chacha20_ct_run, encrypt);
	CHECK(memcmp(ours, theirs, sizeof ours) == 0);
}

static void
ghash(const input *in)
{
	unsigned char ours[16], theirs[16];

	memcpy(ours, in->iv, 16);
	memcpy(theirs, in->iv, 16);
	ghash_simd(ours, in->key, in->ours, in->len);
	br_ghash_ctmul64(theirs, in->key, in->theirs, in->len);
	CHECK(memcmp(ours, theirs, sizeof ours) == 0);
}

static void
aes_ctr(const input *in)
{
	br_aes_gen_ctr_keys a, b;
	uint32_t cc = (uint32_t)in->more[0] << 24 | in->more[1];

	aes_simd_ctr_vtable.init(&a.vtable, in->key, aes_key_length(in));
	br_aes_ct64_ctr_vtable.init(&b.vtable, in->key, aes_key_length(in));
	CHECK(a.vtable->run(&a.vtable, in->iv, cc, in->ours, in->len) ==
		b.vtable->run(&b.vtable, in->iv, cc, in->theirs, in->len));
}

static void
aes_cbc(const input *in)
{
	br_aes_gen_cbcenc_keys a, b;
	br_aes_gen_cbcdec_keys c, d;
	size_t len = in->len & ~(size_t)15, key_len = aes_key_length(in);
	unsigned char ours[16], theirs[16];

	memcpy(ours, in->iv, 16);
	memcpy(theirs, in->iv, 16);
	if (in->more[0] & 1) {
		aes_simd_cbcenc_vtable.init(&a.vtable, in->key, key_len);
		br_aes_ct64_cbcenc_vtable.init(&b.vtable, in->key, key_len);
		a.vtable->run(&a.vtable, ours, in->ours, len);
		b.vtable->run(&b.vtable, theirs, in->theirs, len);
	} else {
		aes_simd_cbcdec_vtable.init(&c.vtable, in->key, key_len);
		br_aes_ct64_cbcdec_vtable.init(&d.vtable, in->key, key_len);
		c.vtable->run(&c.vtable, ours, in->ours, len);
		d.vtable->run(&d.vtable, theirs, in->theirs, len);
	}
	CHECK(memcmp(ours, theirs, sizeof ours) == 0);
}

static void
aes_ctrcbc_run(const input *in, const br_block_ctrcbc_class *class,
	unsigned char *data, unsigned char *state)
{
	br_aes_gen_ctrcbc_keys keys;
	size_t len = in->len & ~(size_t)15;

	class->init(&keys.vtable, in->key, aes_key_length(in));
	memcpy(state, in->iv, 16);
	memcpy(state + 16, in->more, 16);
	switch (in->more[0] & 3) {
	case 0:
		keys.vtable->encrypt(
			&keys.vtable, state, state + 16, data, len);
		break;
	case 1:
		keys.vtable->decrypt(
			&keys.vtable, state, state + 16, data, len);
		break;
	case 2:
		keys.vtable->ctr(&keys.vtable, state, data, len);
		break;
	default:
		keys.vtable->mac(&keys.vtable, state + 16, data, len);
	}
}

static void
aes_ctrcbc(const input *in)
{
	unsigned char ours[32], theirs[32];

	aes_ctrcbc_run(in, &aes_simd_ctrcbc_vtable, in->ours, ours);
	aes_ctrcbc_run(in, &br_aes_ct64_ctrcbc_vtable, in->theirs, theirs);
	CHECK(memcmp(ours, theirs, sizeof ours) == 0);
}

/* Points are the generator's multiples, or (rarely on the curve) bytes. */
static void
p256_multiples(const input *in)
{
	unsigned char ours[65] = {0}, theirs[65] = {0};
	size_t len = 1 + in->more[15] % 32;

	memcpy(ours + 1, in->key, 32);
	memcpy(ours + 33, in->iv, 32);
	ours[0] = 4;
	memcpy(theirs, ours, sizeof ours);
	if (in->more[14] & 1) {
		CHECK(p256.mulgen(ours, in->key, len, BR_EC_secp256r1) ==
			br_ec_p256_m31.mulgen(
				theirs, in->key, len, BR_EC_secp256r1));
	}
	if (p256.mul(ours, sizeof ours, in->more, 16, BR_EC_secp256r1)) {
		CHECK(br_ec_p256_m31.mul(
			theirs, sizeof theirs, in->more, 16, BR_EC_secp256r1));
		CHECK(memcmp(ours, theirs, sizeof ours) == 0);
	} else {
		CHECK(!br_ec_p256_m31.mul(
			theirs, sizeof theirs, in->more, 16, BR_EC_secp256r1));
	}
}

static void
p256_signature(const input *in)
{
	unsigned char ours[80], theirs[80], x[32];
	br_ec_private_key sk = {BR_EC_secp256r1, x, sizeof x};
	size_t len;

	/* In the range of private keys, as BearSSL requires. */
	memcpy(x, in->key, sizeof x);
	x[0] &= 0x7F;
	x[31] |= 1;
	len = p256_sign(&br_sha256_vtable, in->iv, &sk, ours);
	CHECK(len == br_ecdsa_i31_sign_asn1(&br_ec_p256_m31, &br_sha256_vtable,
			     in->iv, &sk, theirs));
	CHECK(memcmp(ours, theirs, len) == 0);
}

static void
append(void *ctx, const void *data, size_t len)
{
	br_skey_decoder_push(ctx, data, len);
}

static const br_rsa_private_key *
rsa_key(void)
{
	static br_skey_decoder_context decoder;
	const bytes *file = recorded_file("rsa");
	br_pem_decoder_context pem;
	size_t at = 0;

	br_pem_decoder_init(&pem);
	while (br_skey_decoder_key_type(&decoder) == 0) {
		CHECK(at < file->len);
		at += br_pem_decoder_push(
			&pem, file->data + at, file->len - at);
		if (br_pem_decoder_event(&pem) == BR_PEM_BEGIN_OBJ) {
			br_skey_decoder_init(&decoder);
			br_pem_decoder_setdest(&pem, &append, &decoder);
		}
	}
	return br_skey_decoder_get_rsa(&decoder);
}

static void
rsa(const input *in)
{
	const br_rsa_private_key *sk = rsa_key();
	unsigned char ours[512], theirs[512];
	size_t len = (sk->n_bitlen + 7) >> 3;

	memset(ours, 0, sizeof ours);
	memcpy(ours + 1, in->ours, in->len < len ? in->len : len - 1);
	memcpy(theirs, ours, sizeof ours);
	CHECK(rsa_private(ours, sk) == br_rsa_i31_private(theirs, sk));
	CHECK(memcmp(ours, theirs, len) == 0);
}

static void (*const algorithms[])(const input *) = {
	chacha20,
	poly1305,
	ghash,
	aes_ctr,
	aes_cbc,
	aes_ctrcbc,
	p256_multiples,
	p256_signature,
	rsa,
};

#define ALGORITHMS (sizeof algorithms / sizeof algorithms[0])

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input in = {data + 1, data + 33, data + 49, NULL, NULL, 0};
	size_t u;

	if (size <= HEADER) {
		return 0;
	}
	in.len = ((size_t)data[65] << 8 | data[66]) % (LENGTH_MAX + 1);
	in.ours = malloc(in.len + 1);
	in.theirs = malloc(in.len + 1);
	for (u = 0; u < in.len; u++) {
		in.ours[u] = in.theirs[u] = data[HEADER + u % (size - HEADER)];
	}
	algorithms[data[0] % ALGORITHMS](&in);
	CHECK(memcmp(in.ours, in.theirs, in.len) == 0);
	free(in.ours);
	free(in.theirs);
	return 0;
}
