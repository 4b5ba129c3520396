#include "ec-checked.h"
#include "p256.h"
#include "x25519.h"

/* Not br_ec_all_m31, which would link BearSSL's P-256 and X25519, too. */
static const br_ec_impl *
implementation_of(int curve)
{
	switch (curve) {
	case BR_EC_secp256r1:
		return &p256;
	case BR_EC_curve25519:
		return &x25519;
	default:
		return &br_ec_prime_i31;
	}
}

/* Length of an encoded point, in bytes; 0 for an unsupported curve. */
static size_t
point_length(int curve)
{
	switch (curve) {
	case BR_EC_secp256r1:
		return 65;
	case BR_EC_secp384r1:
		return 97;
	case BR_EC_secp521r1:
		return 133;
	case BR_EC_curve25519:
		return 32;
	default:
		return 0;
	}
}

static const unsigned char *
checked_generator(int curve, size_t *len)
{
	return implementation_of(curve)->generator(curve, len);
}

static const unsigned char *
checked_order(int curve, size_t *len)
{
	return implementation_of(curve)->order(curve, len);
}

static size_t
checked_xoff(int curve, size_t *len)
{
	return implementation_of(curve)->xoff(curve, len);
}

static uint32_t
checked_mul(unsigned char *G, size_t Glen, const unsigned char *x, size_t xlen,
	int curve)
{
	if (Glen == 0 || Glen != point_length(curve)) {
		return 0;
	}
	return implementation_of(curve)->mul(G, Glen, x, xlen, curve);
}

static size_t
checked_mulgen(unsigned char *R, const unsigned char *x, size_t xlen, int curve)
{
	if (point_length(curve) == 0) {
		return 0;
	}
	return implementation_of(curve)->mulgen(R, x, xlen, curve);
}

static uint32_t
checked_muladd(unsigned char *A, const unsigned char *B, size_t len,
	const unsigned char *x, size_t xlen, const unsigned char *y,
	size_t ylen, int curve)
{
	if (len == 0 || len != point_length(curve)) {
		return 0;
	}
	return implementation_of(curve)->muladd(
		A, B, len, x, xlen, y, ylen, curve);
}

/* see ec-checked.h */
const br_ec_impl ec_checked = {
	(uint32_t)1 << BR_EC_secp256r1 | (uint32_t)1 << BR_EC_secp384r1 |
		(uint32_t)1 << BR_EC_secp521r1 |
		(uint32_t)1 << BR_EC_curve25519,
	&checked_generator,
	&checked_order,
	&checked_xoff,
	&checked_mul,
	&checked_mulgen,
	&checked_muladd,
};
