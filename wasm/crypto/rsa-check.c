#include <string.h>
#include "inner.h"
#include "rsa-check.h"
#include "rsa-factors.h"

/* For keys that our arithmetic doesn't take. */
static uint32_t
check_modulo_n(const unsigned char *x, const unsigned char *m, size_t len,
	const br_rsa_public_key *pk)
{
	unsigned char back[BR_MAX_RSA_SIZE / 8];

	if (len > sizeof back) {
		return 0;
	}
	memcpy(back, x, len);
	return br_rsa_i31_public(back, len, pk) && memcmp(back, m, len) == 0;
}

/* The modulus is public. */
static uint32_t
is_modulus(const rsa_factors *f, const br_rsa_public_key *pk)
{
	unsigned char product[RSA_MODULUS_BYTES];
	const unsigned char *n = pk->n;
	size_t len = pk->nlen;

	for (; len > 0 && *n == 0; n++, len--)
		;
	rsa_factors_product(f, product);
	return len == f->modulus_len && memcmp(product, n, len) == 0;
}

/* What differs, if anything does, is not to show in the time. */
static uint32_t
are_equal(const uint32_t *a, const uint32_t *b)
{
	uint32_t difference = a[0] ^ b[0];
	size_t i, count = (a[0] + 31) >> 5;

	for (i = 1; i <= count; i++) {
		difference |= a[i] ^ b[i];
	}
	return EQ0((int32_t)difference);
}

/* see rsa-check.h */
uint32_t
rsa_check(const unsigned char *x, const unsigned char *m,
	const br_rsa_private_key *sk, const br_rsa_public_key *pk)
{
	const pair_exponent exponent = {{pk->e, pk->e}, {pk->elen, pk->elen}};
	rsa_factors f;
	rsa_words power[RSA_FACTORS], expected[RSA_FACTORS];

	if (!rsa_factors_decode(&f, sk)) {
		return check_modulo_n(x, m, (sk->n_bitlen + 7) >> 3, pk);
	}
	if (!is_modulus(&f, pk)) {
		return 0;
	}
	rsa_factors_power(&f, power, x, &exponent);
	rsa_factors_reduce(&f, expected, m);
	return are_equal(power[RSA_P], expected[RSA_P]) &
	       are_equal(power[RSA_Q], expected[RSA_Q]);
}
