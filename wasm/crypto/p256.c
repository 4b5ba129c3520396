#include "inner.h"
#include "p256.h"
#include "p256-multiply.h"
#include "p256-order.h"

#define POINT_BYTES (1 + 2 * P256_BYTES)

static const unsigned char *
api_generator(int curve, size_t *len)
{
	(void)curve;
	*len = br_secp256r1.generator_len;
	return br_secp256r1.generator;
}

static const unsigned char *
api_order(int curve, size_t *len)
{
	(void)curve;
	*len = br_secp256r1.order_len;
	return br_secp256r1.order;
}

static size_t
api_xoff(int curve, size_t *len)
{
	(void)curve;
	*len = P256_BYTES;
	return 1;
}

/*
 * A multiplier of any (public) length, reduced modulo n. Returns 0 if it is
 * 2^256 or more.
 */
static P256_INLINE uint32_t
decode_multiplier(p256_int *k, const unsigned char *x, size_t xlen)
{
	uint32_t excess = 0;

	for (; xlen > P256_BYTES; x++, xlen--) {
		excess |= *x;
	}
	p256_order_decode(k, x, xlen);
	return (excess - 1) >> 31;
}

static P256_SMALL size_t
api_mulgen(unsigned char *R, const unsigned char *x, size_t xlen, int curve)
{
	p256_int k;
	p256_point P;

	(void)curve;
	if (!decode_multiplier(&k, x, xlen)) {
		return 0;
	}
	p256_multiply_generator(&P, &k);
	p256_point_encode(R, &P);
	return POINT_BYTES;
}

static P256_SMALL uint32_t
api_mul(unsigned char *G, size_t Glen, const unsigned char *x, size_t xlen,
	int curve)
{
	p256_int k;
	p256_point P;
	p256_affine Q;
	uint32_t good;

	(void)curve;
	if (Glen != POINT_BYTES) {
		return 0;
	}
	good = p256_affine_decode(&Q, G);
	good &= decode_multiplier(&k, x, xlen);
	p256_multiply(&P, &Q, &k);
	p256_point_encode(G, &P);
	return good & (p256_is_zero(&P.z) ^ 1);
}

/*
 * x * A + y * B, where B is the generator if it is NULL. The second term is
 * made affine; where it is the point at infinity, the first is the sum.
 */
static P256_SMALL uint32_t
api_muladd(unsigned char *A, const unsigned char *B, size_t len,
	const unsigned char *x, size_t xlen, const unsigned char *y,
	size_t ylen, int curve)
{
	p256_int k, l;
	p256_point P, sum;
	p256_affine Q, R;
	uint32_t good, infinity;

	(void)curve;
	if (len != POINT_BYTES) {
		return 0;
	}
	good = decode_multiplier(&k, x, xlen) & decode_multiplier(&l, y, ylen);
	good &= p256_affine_decode(&Q, A);
	p256_multiply(&P, &Q, &k);
	if (B == NULL) {
		p256_multiply_generator(&sum, &l);
	} else {
		good &= p256_affine_decode(&R, B);
		p256_multiply(&sum, &R, &l);
	}
	infinity = p256_is_zero(&sum.z);
	p256_point_to_affine(&R, &sum);
	sum = P;
	p256_point_add_any(&sum, &R);
	p256_point_select(&P, &sum, infinity ^ 1);
	p256_point_encode(A, &P);
	return good & (p256_is_zero(&P.z) ^ 1);
}

/* see p256.h */
const br_ec_impl p256 = {
	(uint32_t)1 << BR_EC_secp256r1,
	&api_generator,
	&api_order,
	&api_xoff,
	&api_mul,
	&api_mulgen,
	&api_muladd,
};
