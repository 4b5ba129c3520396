/*
 * What is in a file that holds no key that we can use.
 */
#include <string.h>
#include "abi.h"
#include "key.h"

typedef struct {
	const unsigned char *data;
	size_t len;
} rest;

/*
 * Enter a DER element of that tag, or step over it. What lies behind the bytes
 * that were kept counts as there. Returns 0 if it is another one.
 */
static int
next(rest *in, unsigned tag, int step_over)
{
	size_t header = 2, len;

	if (in->len < 2 || in->data[0] != tag) {
		return 0;
	}
	len = in->data[1];
	if (len > 0x80) {
		header += len & 0x7F;
		len = in->len;
	}
	if (step_over) {
		header += len;
	}
	if (header > in->len) {
		header = in->len;
	}
	in->data += header;
	in->len -= header;
	return 1;
}

static int
begins_with(const rest *in, const unsigned char *bytes, size_t len)
{
	return in->len >= len && memcmp(in->data, bytes, len) == 0;
}

/* An AlgorithmIdentifier (RFC 5280, 4.1.1.2), behind its SEQUENCE. */
static int
algorithm_kind(rest in)
{
	/* id-X25519, id-X448, id-Ed25519, id-Ed448 (RFC 8410, 3): the last
	   byte is 110 to 113. */
	static const unsigned char edwards[] = {0x06, 3, 0x2B, 0x65};
	/* id-RSASSA-PSS (RFC 4055, 3.1) */
	static const unsigned char pss[] = {
		0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10};
	/* id-ecPublicKey (RFC 5480, 2.1.1) */
	static const unsigned char ec[] = {
		0x06, 7, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1};

	if (begins_with(&in, pss, sizeof pss)) {
		return KEEPER_RSA_PSS;
	}
	if (begins_with(&in, edwards, sizeof edwards) &&
		in.len > sizeof edwards && in.data[4] >= 110 &&
		in.data[4] <= 113) {
		return KEEPER_EDWARDS;
	}
	if (begins_with(&in, ec, sizeof ec) && next(&in, 0x06, 1) &&
		next(&in, 0x30, 0)) {
		return KEEPER_EXPLICIT_CURVE;
	}
	return 0;
}

/* see key.h */
int
key_kind(const unsigned char *begin, size_t len)
{
	static const unsigned char pfx_version[] = {0x02, 1, 3};
	rest in = {begin, len};

	if (!next(&in, 0x30, 0)) {
		return 0;
	}

	/* PFX (RFC 7292, 4). PKCS#8's version is 0 or 1, SEC1's 1. */
	if (begins_with(&in, pfx_version, sizeof pfx_version)) {
		return next(&in, 0x02, 1) && next(&in, 0x30, 0) ? KEEPER_PKCS12
								: 0;
	}
	if (!next(&in, 0x02, 1)) {
		return 0;
	}

	/* PKCS#8 (RFC 5958, 2) */
	if (next(&in, 0x30, 0)) {
		return algorithm_kind(in);
	}

	/* SEC1 (RFC 5915, 3): parameters instead of a curve's name. */
	return next(&in, 0x04, 1) && next(&in, 0xA0, 0) && next(&in, 0x30, 0)
		       ? KEEPER_EXPLICIT_CURVE
		       : 0;
}
