/*
 * BearSSL's elliptic curves with our P-256 and X25519, behind a check of lengths.
 */
#ifndef EC_CHECKED_H__
#define EC_CHECKED_H__

#include "bearssl.h"

/*
 * P-256, P-384, P-521 (uncompressed points of 65, 97 and 133 bytes) and
 * Curve25519 (32 bytes). A point of any other length is refused, and stays
 * as it is: BearSSL 0.6 refuses it, too, but writes a whole point over it all
 * the same (ec_prime_i31.c, api_mul), past its end.
 */
extern const br_ec_impl ec_checked;

#endif
