/*
 * BearSSL's elliptic curves with our P-256, behind a check of lengths.
 */
#ifndef EC_CHECKED_H__
#define EC_CHECKED_H__

#include "bearssl.h"

/*
 * P-256, P-384, P-521 (uncompressed points of 65, 97 and 133 bytes) and
 * Curve25519 (32 bytes). A point of any other length is refused: BearSSL
 * 0.6 doesn't check (ec_prime_i31.c), and would read past a short one.
 */
extern const br_ec_impl ec_checked;

#endif
