/*
 * Does a signature verify? Its maker asks, before it leaves.
 */
#ifndef RSA_CHECK_H__
#define RSA_CHECK_H__

#include "bearssl.h"

/*
 * Is x^e = m modulo n, for the public key's e and n? (x and m are as long as
 * n.) Computed modulo p and modulo q, which takes a fraction of the time; it
 * holds modulo n, too, as p * q is compared with n first.
 */
uint32_t
rsa_check(const unsigned char *x, const unsigned char *m,
	const br_rsa_private_key *sk, const br_rsa_public_key *pk);

#endif
