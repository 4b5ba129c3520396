#ifndef AES_SIMD_H__
#define AES_SIMD_H__

#include "bearssl.h"

/*
 * AES with SIMD128, in BearSSL's modes: what br_aes_ct64_ctr_vtable and its
 * kin do, with contexts that are not larger. Modes that can run many blocks
 * at once stand on aes-bitslice.h, the others on aes-nibbles.h, and what is
 * said there about constant time holds here: only lengths decide what runs.
 */
extern const br_block_ctr_class aes_simd_ctr_vtable;
extern const br_block_cbcenc_class aes_simd_cbcenc_vtable;
extern const br_block_cbcdec_class aes_simd_cbcdec_vtable;
extern const br_block_ctrcbc_class aes_simd_ctrcbc_vtable;

#endif
