/*
 * X25519: ours (0), and BearSSL's m31 (1) and i31 (2). A point or result is at
 * 0 of `data`, a multiplier at 512.
 */
#include <string.h>
#include "crypto/f25519.h"
#include "crypto/x25519.h"
#include "export.h"
#include "buffers.h"

static const br_ec_impl *
x25519_of(uint32_t which)
{
	switch (which) {
	case 0:
		return &x25519;
	case 1:
		return &br_ec_c25519_m31;
	default:
		return &br_ec_c25519_i31;
	}
}

EXPORT(x25519_mul)
uint32_t
x25519_mul(uint32_t which, size_t len, size_t xlen)
{
	return x25519_of(which)->mul(
		data, len, data + 512, xlen, BR_EC_curve25519);
}

EXPORT(x25519_mulgen)
size_t
x25519_mulgen(uint32_t which, size_t xlen)
{
	return x25519_of(which)->mulgen(
		data, data + 512, xlen, BR_EC_curve25519);
}

/*
 * The field: limbs of 64 bits at 0 and at 80, to 160. A product, a square, or
 * a + k * b.
 */
EXPORT(f25519_operation)
void
f25519_operation(uint32_t which, int32_t k)
{
	f25519 a, b, d;

	memcpy(&a, data, sizeof a);
	memcpy(&b, data + sizeof a, sizeof b);
	switch (which) {
	case 0:
		f25519_mul(&d, &a, &b);
		break;
	case 1:
		f25519_square(&d, &a);
		break;
	default:
		f25519_combine(&d, &a, k, &b);
	}
	memcpy(data + 2 * sizeof a, &d, sizeof d);
}
