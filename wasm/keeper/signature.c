#include <string.h>
#include "crypto/ec-checked.h"
#include "crypto/p256-sign.h"
#include "crypto/rsa-check.h"
#include "crypto/rsa-private.h"
#include "crypto/wipe.h"
#include "signature.h"

/*
 * A signature made with a wrong half of the CRT shows a factor of the key
 * (Boneh, DeMillo and Lipton, 1997): verify before it leaves.
 */
size_t
signature_rsa(
	const private_key *key, const unsigned char *padded, unsigned char *sig)
{
	const br_rsa_private_key *sk = &key->sk.rsa;
	size_t len = (sk->n_bitlen + 7) >> 3;

	memcpy(sig, padded, len);
	if (!rsa_private(sig, sk) ||
		(key->pk.n != NULL && !rsa_check(sig, padded, sk, &key->pk))) {
		wipe(sig, len);
		return 0;
	}
	return len;
}

/* see signature.h */
size_t
signature_ec(const private_key *key, const br_hash_class *hash,
	const unsigned char *hv, unsigned char *sig)
{
	if (key->sk.ec.curve == BR_EC_secp256r1) {
		return p256_sign(hash, hv, &key->sk.ec, sig);
	}
	return br_ecdsa_i31_sign_asn1(&ec_checked, hash, hv, &key->sk.ec, sig);
}
