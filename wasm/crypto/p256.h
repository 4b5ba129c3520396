/*
 * P-256 (secp256r1) for WebAssembly: BearSSL's br_ec_p256_m31, faster, and
 * quicker to get going.
 *
 * Constant time: see p256-limbs.h for the arithmetic. Table entries are
 * found by reading the whole table; exceptions of the addition formulas
 * are excluded by proof (p256-comb.c, p256-window.c), or computed always
 * and selected with a mask.
 */
#ifndef P256_H__
#define P256_H__

#include "bearssl.h"

/*
 * As bearssl_ec.h describes br_ec_impl, for the curve secp256r1 only, and
 * stricter: points are 65 bytes, no other length; a multiplier may be of
 * any length, and be zero or not below n, but bytes beyond 32 must be zero.
 * mulgen returns 0 if they aren't. A multiple that is the point at infinity
 * is a failure of mul and muladd; mulgen gives (0, 0) then, as BearSSL's.
 */
extern const br_ec_impl p256;

#endif
