#include "inner.h"
#include "montgomery-pair.h"
#include "rsa-private.h"

/* BearSSL's form of an integer: a length, then limbs of 31 bits. */
#define WORD_BITS 31
#define WORDS (2 + (8 * PAIR_MAX_BYTES + WORD_BITS - 1) / WORD_BITS)
typedef uint32_t words[WORDS], product[2 * WORDS];

enum {
	P,
	Q,
	FACTORS
};

/* Leading zeros are no secret: BearSSL says, they can't be hidden. */
static size_t
decode_factor(words x, const unsigned char *src, size_t len)
{
	for (; len > 0 && *src == 0; src++, len--)
		;
	if (len < PAIR_MIN_BYTES || len > PAIR_MAX_BYTES) {
		return 0;
	}
	br_i31_decode(x, src, len);
	return len;
}

/* Is x less than p * q? Both have `len` bytes. */
static uint32_t
in_range(const unsigned char *x, size_t len, words factors[FACTORS])
{
	unsigned char n[2 * PAIR_MAX_BYTES];
	product pq;
	uint32_t borrow = 0;

	br_i31_zero(pq, factors[P][0]);
	br_i31_mulacc(pq, factors[P], factors[Q]);
	br_i31_encode(n, len, pq);
	while (len-- > 0) {
		borrow = (x[len] - (n[len] + borrow)) >> 8 & 1;
	}
	return borrow;
}

/* x = 2^exponent modulo n, for an exponent of at least n's length. */
static void
power_of_two(words x, size_t exponent, const words n)
{
	size_t shifts = exponent / WORD_BITS;
	size_t start = ((n[0] + 31) >> 5) - 2;

	br_i31_zero(x, n[0]);
	x[1 + start] = (uint32_t)1 << exponent % WORD_BITS;
	for (; shifts > start; shifts--) {
		br_i31_muladd_small(x, 0, n);
	}
}

/* s[P] = x^dp modulo p, s[Q] = x^dq modulo q; `len` bytes are a factor. */
static void
raise(words s[FACTORS], const unsigned char *x, const br_rsa_private_key *sk,
	words factors[FACTORS], size_t len)
{
	const uint32_t *const n[FACTORS] = {factors[P], factors[Q]};
	const uint32_t *const value[FACTORS] = {s[P], s[Q]};
	const pair_exponent exponent = {
		{sk->dp, sk->dq}, {sk->dplen, sk->dqlen}};
	unsigned char encoded[PAIR_ENCODED_BYTES];
	pair_modulus m;
	pair_int y, square_of_r;
	int i;

	pair_modulus_set(&m, n, len);
	for (i = 0; i < FACTORS; i++) {
		power_of_two(s[i], 2 * (size_t)(m.limbs * m.bits), n[i]);
	}
	pair_set(&m, square_of_r, value);
	for (i = 0; i < FACTORS; i++) {
		br_i31_decode_reduce(s[i], x, (sk->n_bitlen + 7) >> 3, n[i]);
	}
	pair_set(&m, y, value);
	pair_power(&m, y, square_of_r, &exponent);
	for (i = 0; i < FACTORS; i++) {
		len = pair_encode(&m, i, y, encoded);
		br_i31_decode_reduce(s[i], encoded, len, n[i]);
	}
}

/*
 * x = s[Q] + q * h, for h = (s[P] - s[Q]) / q modulo p. Neither q nor s[Q]
 * need be less than p, nor 1 / q as the key has it.
 */
static void
join(unsigned char *x, words s[FACTORS], const br_rsa_private_key *sk,
	words factors[FACTORS])
{
	const uint32_t *p = factors[P];
	words iq, h;
	product sum;

	br_i31_reduce(h, s[Q], p);
	br_i31_add(s[P], p, br_i31_sub(s[P], h, 1));
	br_i31_to_monty(s[P], p);
	br_i31_decode_reduce(iq, sk->iq, sk->iqlen, p);
	br_i31_montymul(h, s[P], iq, p, br_i31_ninv31(p[1]));
	memcpy(sum, s[Q], sizeof(words));
	br_i31_mulacc(sum, factors[Q], h);
	br_i31_encode(x, (sk->n_bitlen + 7) >> 3, sum);
}

/* see rsa-private.h */
uint32_t
rsa_private(unsigned char *x, const br_rsa_private_key *sk)
{
	words factors[FACTORS], s[FACTORS];
	size_t plen = decode_factor(factors[P], sk->p, sk->plen);
	size_t qlen = decode_factor(factors[Q], sk->q, sk->qlen);
	size_t xlen = (sk->n_bitlen + 7) >> 3;
	uint32_t good;

	if (plen == 0 || plen != qlen || xlen > 2 * plen) {
		return br_rsa_i31_private(x, sk);
	}
	good = in_range(x, xlen, factors);
	raise(s, x, sk, factors, plen);
	join(x, s, sk, factors);

	/* Even factors are no primes, and the arithmetic is wrong with them. */
	return good & factors[P][1] & factors[Q][1] & 1;
}
