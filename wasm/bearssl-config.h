/*
 * The BR_* switches of BearSSL, each pinned: force-included before every
 * file, so that src/config.h and the auto-detection in src/inner.h find
 * nothing left to decide.
 */
#ifndef BEARSSL_CONFIG_H__
#define BEARSSL_CONFIG_H__

/*
 * emscripten defines __unix__. Left alone, BearSSL would import the host's
 * clock and look for an operating system's randomness. The host injects
 * the time of validation and a seed instead.
 */
#define BR_USE_UNIX_TIME 0
#define BR_USE_WIN32_TIME 0
#define BR_USE_URANDOM 0
#define BR_USE_WIN32_RAND 0
#define BR_RDRAND 0

/*
 * emscripten defines __SIZEOF_INT128__, but WebAssembly has no 64x64->128
 * multiplication: the 62-bit RSA code would run through library calls,
 * slower than the 31-bit code (155 against 217 RSA-2048 operations a
 * second).
 */
#define BR_INT128 0
#define BR_UMUL128 0

/* WebAssembly has 64-bit registers, and multiplies in constant time. */
#define BR_64 1
#define BR_LOMUL 0
#define BR_SLOW_MUL 0
#define BR_SLOW_MUL15 0
#define BR_CT_MUL31 0
#define BR_CT_MUL15 0
#define BR_NO_ARITH_SHIFT 0

/* Little-endian, and unaligned accesses are part of the instruction set. */
#define BR_LE_UNALIGNED 1
#define BR_BE_UNALIGNED 0

/* No other machine's instructions. */
#define BR_AES_X86NI 0
#define BR_SSE2 0
#define BR_POWER8 0
#define BR_ARMEL_CORTEXM_GCC 0

#endif
