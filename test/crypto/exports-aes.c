/*
 * AES in each mode, BearSSL's (`ours` is 0) or ours, under the first
 * `key_len` bytes of `key`. CTR takes 12 bytes of `iv` and a counter, the
 * other modes take all 16, and leave there what BearSSL says. CTR with
 * CBC-MAC has its sum in `mac`.
 */
#include "bearssl.h"
#include "crypto/aes-simd.h"
#include "export.h"
#include "buffers.h"

EXPORT(aes_ctr)
uint32_t
aes_ctr(int ours, size_t key_len, uint32_t counter, size_t offset, size_t len)
{
	const br_block_ctr_class *class =
		ours ? &aes_simd_ctr_vtable : &br_aes_ct64_ctr_vtable;
	br_aes_gen_ctr_keys keys;

	class->init(&keys.vtable, key, key_len);
	return keys.vtable->run(&keys.vtable, iv, counter, data + offset, len);
}

EXPORT(aes_cbcdec)
void
aes_cbcdec(int ours, size_t key_len, size_t offset, size_t len)
{
	const br_block_cbcdec_class *class =
		ours ? &aes_simd_cbcdec_vtable : &br_aes_ct64_cbcdec_vtable;
	br_aes_gen_cbcdec_keys keys;

	class->init(&keys.vtable, key, key_len);
	keys.vtable->run(&keys.vtable, iv, data + offset, len);
}

EXPORT(aes_cbcenc)
void
aes_cbcenc(int ours, size_t key_len, size_t offset, size_t len)
{
	const br_block_cbcenc_class *class =
		ours ? &aes_simd_cbcenc_vtable : &br_aes_ct64_cbcenc_vtable;
	br_aes_gen_cbcenc_keys keys;

	class->init(&keys.vtable, key, key_len);
	keys.vtable->run(&keys.vtable, iv, data + offset, len);
}

static br_aes_gen_ctrcbc_keys ctrcbc_keys;

static const br_block_ctrcbc_class *
ctrcbc_class(int ours, size_t key_len)
{
	const br_block_ctrcbc_class *class =
		ours ? &aes_simd_ctrcbc_vtable : &br_aes_ct64_ctrcbc_vtable;

	class->init(&ctrcbc_keys.vtable, key, key_len);
	return class;
}

EXPORT(aes_ctrcbc_encrypt)
void
aes_ctrcbc_encrypt(int ours, size_t key_len, size_t offset, size_t len)
{
	ctrcbc_class(ours, key_len)
		->encrypt(&ctrcbc_keys.vtable, iv, mac, data + offset, len);
}

EXPORT(aes_ctrcbc_decrypt)
void
aes_ctrcbc_decrypt(int ours, size_t key_len, size_t offset, size_t len)
{
	ctrcbc_class(ours, key_len)
		->decrypt(&ctrcbc_keys.vtable, iv, mac, data + offset, len);
}

EXPORT(aes_ctrcbc_ctr)
void
aes_ctrcbc_ctr(int ours, size_t key_len, size_t offset, size_t len)
{
	ctrcbc_class(ours, key_len)
		->ctr(&ctrcbc_keys.vtable, iv, data + offset, len);
}

EXPORT(aes_ctrcbc_mac)
void
aes_ctrcbc_mac(int ours, size_t key_len, size_t offset, size_t len)
{
	ctrcbc_class(ours, key_len)
		->mac(&ctrcbc_keys.vtable, mac, data + offset, len);
}

/* Additional data from the start of `data`; 12 bytes of `iv`, tag in `mac`. */
EXPORT(aes_ccm_encrypt)
int
aes_ccm_encrypt(
	int ours, size_t key_len, size_t aad_len, size_t offset, size_t len)
{
	br_ccm_context ccm;

	ctrcbc_class(ours, key_len);
	br_ccm_init(&ccm, &ctrcbc_keys.vtable);
	if (!br_ccm_reset(&ccm, iv, 12, aad_len, len, sizeof mac)) {
		return 0;
	}
	br_ccm_aad_inject(&ccm, data, aad_len);
	br_ccm_flip(&ccm);
	br_ccm_run(&ccm, 1, data + offset, len);
	return br_ccm_get_tag(&ccm, mac) == sizeof mac;
}
