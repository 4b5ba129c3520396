#include "inner.h"
#include "rsa-factors.h"

/* Leading zeros are no secret: BearSSL says, they can't be hidden. */
static size_t
decode(rsa_words x, const unsigned char *src, size_t len)
{
	for (; len > 0 && *src == 0; src++, len--)
		;
	if (len < PAIR_MIN_BYTES || len > PAIR_MAX_BYTES) {
		return 0;
	}
	br_i31_decode(x, src, len);
	return len;
}

/* see rsa-factors.h */
uint32_t
rsa_factors_decode(rsa_factors *f, const br_rsa_private_key *sk)
{
	f->len = decode(f->n[RSA_P], sk->p, sk->plen);
	f->modulus_len = (sk->n_bitlen + 7) >> 3;
	return f->len > 0 && decode(f->n[RSA_Q], sk->q, sk->qlen) == f->len &&
	       f->modulus_len <= 2 * f->len;
}

/* see rsa-factors.h */
void
rsa_factors_product(const rsa_factors *f, unsigned char n[RSA_MODULUS_BYTES])
{
	uint32_t product[2 * RSA_WORDS];

	br_i31_zero(product, f->n[RSA_P][0]);
	br_i31_mulacc(product, f->n[RSA_P], f->n[RSA_Q]);
	br_i31_encode(n, f->modulus_len, product);
}

/* see rsa-factors.h */
void
rsa_factors_reduce(
	const rsa_factors *f, rsa_words s[RSA_FACTORS], const unsigned char *x)
{
	int i;

	for (i = 0; i < RSA_FACTORS; i++) {
		br_i31_decode_reduce(s[i], x, f->modulus_len, f->n[i]);
	}
}

/* x = 2^exponent modulo n, for an exponent of at least n's length. */
static void
power_of_two(rsa_words x, size_t exponent, const rsa_words n)
{
	size_t shifts = exponent / RSA_WORD_BITS;
	size_t start = ((n[0] + 31) >> 5) - 2;

	br_i31_zero(x, n[0]);
	x[1 + start] = (uint32_t)1 << exponent % RSA_WORD_BITS;
	for (; shifts > start; shifts--) {
		br_i31_muladd_small(x, 0, n);
	}
}

/* see rsa-factors.h */
void
rsa_factors_power(const rsa_factors *f, rsa_words s[RSA_FACTORS],
	const unsigned char *x, const pair_exponent *e)
{
	const uint32_t *const n[RSA_FACTORS] = {f->n[RSA_P], f->n[RSA_Q]};
	const uint32_t *const value[RSA_FACTORS] = {s[RSA_P], s[RSA_Q]};
	unsigned char encoded[PAIR_ENCODED_BYTES];
	pair_modulus m;
	pair_int y, square_of_r;
	int i;

	pair_modulus_set(&m, n, f->len);
	for (i = 0; i < RSA_FACTORS; i++) {
		power_of_two(s[i], 2 * (size_t)(m.limbs * m.bits), n[i]);
	}
	pair_set(&m, square_of_r, value);
	rsa_factors_reduce(f, s, x);
	pair_set(&m, y, value);
	pair_power(&m, y, square_of_r, e);
	for (i = 0; i < RSA_FACTORS; i++) {
		size_t len = pair_encode(&m, i, y, encoded);

		br_i31_decode_reduce(s[i], encoded, len, n[i]);
	}
}
