/*
 * GHASH of `data` with the first 16 bytes of `key` for H, from and to
 * `mac`; and AES-GCM with BearSSL's parts (`ours` is 0) or ours, under 12
 * bytes of `iv`: additional data from the start of `data`, text in place
 * from `offset` on, tag in `mac`.
 */
#include "bearssl.h"
#include "crypto/aes-simd.h"
#include "crypto/ghash-simd.h"
#include "export.h"
#include "buffers.h"

EXPORT(ghash)
void
ghash(int ours, size_t offset, size_t len)
{
	br_ghash run = ours ? &ghash_simd : &br_ghash_ctmul64;

	run(mac, key, data + offset, len);
}

EXPORT(aes_gcm_encrypt)
void
aes_gcm_encrypt(
	int ours, size_t key_len, size_t aad_len, size_t offset, size_t len)
{
	const br_block_ctr_class *class =
		ours ? &aes_simd_ctr_vtable : &br_aes_ct64_ctr_vtable;
	br_aes_gen_ctr_keys keys;
	br_gcm_context gcm;

	class->init(&keys.vtable, key, key_len);
	br_gcm_init(&gcm, &keys.vtable, ours ? &ghash_simd : &br_ghash_ctmul64);
	br_gcm_reset(&gcm, iv, 12);
	br_gcm_aad_inject(&gcm, data, aad_len);
	br_gcm_flip(&gcm);
	br_gcm_run(&gcm, 1, data + offset, len);
	br_gcm_get_tag(&gcm, mac);
}
