#ifndef AES_SIMD_H__
#define AES_SIMD_H__

#include "bearssl.h"

/*
 * AES with SIMD128, in BearSSL's modes: what br_aes_ct64_ctr_vtable and its
 * kin do, in their contexts. Constant time comes from the code underneath
 * (aes-keys.h, aes-bitslice.h); only lengths decide what runs.
 */
extern const br_block_ctr_class aes_simd_ctr_vtable;
extern const br_block_cbcdec_class aes_simd_cbcdec_vtable;

#endif
