/*
 * ChaCha20-Poly1305 with BearSSL's Poly1305 (`ours` is 0) or ours, under
 * `key` and 12 bytes of `iv`: additional data from the start of `data`,
 * text in place from `offset` on, tag in `mac`.
 *
 * And Poly1305 alone, under a key of its own: `key` is r and s.
 */
#include <string.h>
#include "bearssl.h"
#include "crypto/chacha20-simd.h"
#include "crypto/poly1305-simd.h"
#include "export.h"
#include "buffers.h"

EXPORT(chapol)
void
chapol(int ours, int encrypt, size_t aad_len, size_t offset, size_t len)
{
	br_poly1305_run run =
		ours ? &poly1305_simd_run : &br_poly1305_ctmul_run;

	run(key, iv, data + offset, len, data, aad_len, mac, &chacha20_simd_run,
		encrypt);
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
void
poly1305(int ours, size_t aad_len, size_t offset, size_t len)
{
	br_poly1305_run run =
		ours ? &poly1305_simd_run : &br_poly1305_ctmul_run;

	run(key, iv, data + offset, len, data, aad_len, mac, &key_is_stream, 1);
}
