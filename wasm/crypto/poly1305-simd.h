#ifndef POLY1305_SIMD_H__
#define POLY1305_SIMD_H__

#include "bearssl.h"

/*
 * ChaCha20-Poly1305 (RFC 8439, 2.8) with Poly1305 in SIMD128, four blocks
 * at a time: BearSSL's br_poly1305_run. Short messages, and additional data
 * of more than a block, go to br_poly1305_ctmul_run. Multiplications,
 * additions and shifts only: no branch or address depends on key or data.
 */
void
poly1305_simd_run(const void *key, const void *iv, void *data, size_t len,
	const void *aad, size_t aad_len, void *tag, br_chacha20_run ichacha,
	int encrypt);

#endif
