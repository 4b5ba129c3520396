/*
 * RSA with a private key, on our own arithmetic.
 */
#ifndef RSA_PRIVATE_H__
#define RSA_PRIVATE_H__

#include "bearssl.h"

/*
 * As br_rsa_i31_private: the same results, refusals and guarantees, in a
 * fraction of the time. (A key whose factors aren't equally long, or have
 * less than 512 or more than 2048 bits, is left to br_rsa_i31_private.)
 */
uint32_t
rsa_private(unsigned char *x, const br_rsa_private_key *sk);

#endif
