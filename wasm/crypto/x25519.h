/*
 * X25519 for WebAssembly (RFC 7748): BearSSL's br_ec_c25519_m31, faster, most
 * of all for one's own key.
 *
 * Constant time: see p256-limbs.h. Table entries are found by reading the whole
 * table; the formulas have no exceptions.
 */
#ifndef X25519_H__
#define X25519_H__

#include "bearssl.h"

/*
 * As bearssl_ec.h describes br_ec_impl, for Curve25519 only. Points are 32 bytes,
 * whose highest bit does not count; multipliers are up to 32 bytes, little-endian,
 * and taken as RFC 7748 says, section 5: without their lowest three bits, with
 * bit 254 set and bit 255 not. Points of small order give 0, and no failure.
 * There is no muladd: it always fails.
 */
extern const br_ec_impl x25519;

#endif
