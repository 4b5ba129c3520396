#include <string.h>
#include "inner.h"
#include "x25519.h"
#include "x25519-multiply.h"
#include "wipe.h"

static const unsigned char *
api_generator(int curve, size_t *len)
{
	(void)curve;
	*len = br_curve25519.generator_len;
	return br_curve25519.generator;
}

static const unsigned char *
api_order(int curve, size_t *len)
{
	(void)curve;
	*len = br_curve25519.order_len;
	return br_curve25519.order;
}

static size_t
api_xoff(int curve, size_t *len)
{
	(void)curve;
	*len = F25519_BYTES;
	return 0;
}

/* Of x, RFC 7748's decodeScalar25519. Returns 0 if it is too long. */
static P256_SMALL uint32_t
clamp(unsigned char *k, const unsigned char *x, size_t xlen)
{
	if (xlen > F25519_BYTES) {
		return 0;
	}
	memset(k, 0, F25519_BYTES);
	memcpy(k, x, xlen);
	k[0] &= 0xF8;
	k[F25519_BYTES - 1] &= 0x7F;
	k[F25519_BYTES - 1] |= 0x40;
	return 1;
}

static P256_SMALL size_t
api_mulgen(unsigned char *R, const unsigned char *x, size_t xlen, int curve)
{
	unsigned char k[F25519_BYTES];

	(void)curve;
	if (!clamp(k, x, xlen)) {
		return 0;
	}
	x25519_comb(R, k);
	wipe(k, sizeof k);
	return F25519_BYTES;
}

static P256_SMALL uint32_t
api_mul(unsigned char *G, size_t Glen, const unsigned char *x, size_t xlen,
	int curve)
{
	unsigned char k[F25519_BYTES];

	(void)curve;
	if (Glen != F25519_BYTES || !clamp(k, x, xlen)) {
		return 0;
	}
	x25519_ladder(G, k, G);
	wipe(k, sizeof k);
	return 1;
}

static uint32_t
api_muladd(unsigned char *A, const unsigned char *B, size_t len,
	const unsigned char *x, size_t xlen, const unsigned char *y,
	size_t ylen, int curve)
{
	(void)A;
	(void)B;
	(void)len;
	(void)x;
	(void)xlen;
	(void)y;
	(void)ylen;
	(void)curve;
	return 0;
}

/* see x25519.h */
const br_ec_impl x25519 = {
	(uint32_t)1 << BR_EC_curve25519,
	&api_generator,
	&api_order,
	&api_xoff,
	&api_mul,
	&api_mulgen,
	&api_muladd,
};
