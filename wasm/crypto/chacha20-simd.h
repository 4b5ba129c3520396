#ifndef CHACHA20_SIMD_H__
#define CHACHA20_SIMD_H__

#include "bearssl.h"

/*
 * ChaCha20 (RFC 8439, 2.4) with SIMD128, four blocks at a time: BearSSL's
 * br_chacha20_run. Encrypts or decrypts `len` bytes in place, from block
 * `cc` on, and returns the counter after the last block, partial or not.
 * Additions, rotations and exclusive ors only: no branch or address
 * depends on key or data.
 */
uint32_t
chacha20_simd_run(
	const void *key, const void *iv, uint32_t cc, void *data, size_t len);

#endif
