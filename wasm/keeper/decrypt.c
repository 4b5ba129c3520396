/*
 * Static key exchange: RSA decryption and static ECDH. Only the profiles
 * `compat` and `legacy` come here.
 */
#include <string.h>
#include "crypto/ec-checked.h"
#include "crypto/rsa-private.h"
#include "crypto/wipe.h"
#include "inner.h"
#include "key.h"

#define PRE_MASTER 48

/*
 * What a bad padding yields: pseudo-random, the same for the same message,
 * unknown without the key. (HMAC-SHA-384 has the right size.)
 */
static void
reject(const private_key *key, const unsigned char *message, size_t len,
	unsigned char out[PRE_MASTER])
{
	br_hmac_key_context kc;
	br_hmac_context hc;

	br_hmac_key_init(&kc, &br_sha384_vtable, key->rejection_seed,
		sizeof key->rejection_seed);
	br_hmac_init(&hc, &kc, 0);
	br_hmac_update(&hc, message, len);
	br_hmac_out(&hc, out);
	wipe(&kc, sizeof kc);
	wipe(&hc, sizeof hc);
}

static size_t
decrypt_rsa(const private_key *key, unsigned char *data, size_t len)
{
	unsigned char rejected[PRE_MASTER];
	uint32_t good;

	/* The length is no secret; 59 is the least that br_rsa_ssl_decrypt takes. */
	if (len != (key->sk.rsa.n_bitlen + 7) >> 3 || len < 59) {
		return 0;
	}
	reject(key, data, len, rejected);

	/* 1 or 0, computed and used without a branch. */
	good = br_rsa_ssl_decrypt(&rsa_private, &key->sk.rsa, data, len);
	br_ccopy(good ^ 1, data, rejected, PRE_MASTER);
	wipe(rejected, sizeof rejected);
	wipe(data + PRE_MASTER, len - PRE_MASTER);
	return PRE_MASTER;
}

static size_t
decrypt_ec(const private_key *key, unsigned char *data, size_t len)
{
	const br_ec_private_key *sk = &key->sk.ec;
	size_t xoff, xlen;

	if (!ec_checked.mul(data, len, sk->x, sk->xlen, sk->curve)) {
		return 0;
	}
	xoff = ec_checked.xoff(sk->curve, &xlen);
	memmove(data, data + xoff, xlen);
	wipe(data + xlen, len - xlen);
	return xlen;
}

/* see key.h */
size_t
key_decrypt(const private_key *key, unsigned char *data, size_t len)
{
	if (key->type == BR_KEYTYPE_RSA) {
		return decrypt_rsa(key, data, len);
	}
	return decrypt_ec(key, data, len);
}
