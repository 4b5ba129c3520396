/*
 * AES in each mode, BearSSL's (`ours` is 0) or ours, under the first
 * `key_len` bytes of `key`. CTR takes 12 bytes of `iv` and a counter, the
 * other modes take all 16, and leave there what BearSSL says.
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
