#include <string.h>
#include "inner.h"
#include "rsa-factors.h"
#include "rsa-private.h"

/* Is x less than n? */
static uint32_t
is_below(const unsigned char *x, const unsigned char *n, size_t len)
{
	uint32_t borrow = 0;

	while (len-- > 0) {
		borrow = (x[len] - (n[len] + borrow)) >> 8 & 1;
	}
	return borrow;
}

/*
 * x = s[q] + q * h, for h = (s[p] - s[q]) / q modulo p. Neither q nor s[q]
 * need be less than p, nor 1 / q as the key has it.
 */
static void
join(unsigned char *x, const rsa_factors *f, rsa_words s[RSA_FACTORS],
	const br_rsa_private_key *sk)
{
	const uint32_t *p = f->n[RSA_P];
	uint32_t *difference = s[RSA_P], sum[2 * RSA_WORDS];
	rsa_words iq, h;

	br_i31_reduce(h, s[RSA_Q], p);
	br_i31_add(difference, p, br_i31_sub(difference, h, 1));
	br_i31_to_monty(difference, p);
	br_i31_decode_reduce(iq, sk->iq, sk->iqlen, p);
	br_i31_montymul(h, difference, iq, p, br_i31_ninv31(p[1]));
	memcpy(sum, s[RSA_Q], sizeof(rsa_words));
	br_i31_mulacc(sum, f->n[RSA_Q], h);
	br_i31_encode(x, f->modulus_len, sum);
}

/* see rsa-private.h */
uint32_t
rsa_private(unsigned char *x, const br_rsa_private_key *sk)
{
	const pair_exponent exponent = {
		{sk->dp, sk->dq}, {sk->dplen, sk->dqlen}};
	unsigned char n[RSA_MODULUS_BYTES];
	rsa_factors f;
	rsa_words s[RSA_FACTORS];
	uint32_t good;

	if (!rsa_factors_decode(&f, sk)) {
		return br_rsa_i31_private(x, sk);
	}
	rsa_factors_product(&f, n);
	good = is_below(x, n, f.modulus_len);
	rsa_factors_power(&f, s, x, &exponent);
	join(x, &f, s, sk);

	/* Even factors are no primes, and the arithmetic is wrong with them. */
	return good & f.n[RSA_P][1] & f.n[RSA_Q][1] & 1;
}
