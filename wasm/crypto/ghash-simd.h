#ifndef GHASH_SIMD_H__
#define GHASH_SIMD_H__

#include "bearssl.h"

/*
 * GHASH (SP 800-38D, 6.4) with SIMD128: BearSSL's br_ghash. What depends on
 * the key lies in 16-byte tables, one a vector register, and is selected by
 * i8x16.swizzle: the index moves bytes within a register, whose time is the
 * same for all. No branch or address depends on key or data.
 */
void
ghash_simd(void *y, const void *h, const void *data, size_t len);

#endif
