/*
 * See rules.h.
 */
#include <string.h>
#include "bearssl.h"
#include "engine/errors.h"
#include "engine/peer/rules.h"

/* More than any certificate has; comparing them takes the square of it. */
#define EXTENSIONS_MAX 64

/*
 * Bits of a public exponent. 65537 has 17; each bit costs a squaring, and a
 * chain with exponents of 2048 bits keeps a worker busy for a second.
 */
#define EXPONENT_BITS_MAX 33

static int
same(const der *a, const der *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int
exponent_is_short(const der *integer)
{
	size_t bits = 0, u;

	for (u = 0; u < integer->len; u++) {
		unsigned byte = integer->data[u];

		if (bits > 0) {
			bits += 8;
		} else {
			for (; byte > 0; byte >>= 1) {
				bits++;
			}
		}
	}
	return bits <= EXPONENT_BITS_MAX;
}

/* A key of any other length is none that a generator of today makes, and no
   public CA may certify it. */
static int
has_whole_bytes(const der *modulus)
{
	size_t u = 0;

	while (u < modulus->len && modulus->data[u] == 0) {
		u++;
	}
	return u < modulus->len && modulus->data[u] >= 0x80;
}

/*
 * An RSA key must be cheap to verify with; other keys are. Returns 0 or an
 * error.
 */
static int
key_flaw(const certificate *cert)
{
	static const unsigned char rsa[] = {
		0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
	der in = cert->spki;
	der info, algorithm, oid, bits, key, modulus, exponent;

	if (!der_expect(&in, DER_SEQUENCE, &info) ||
		!der_expect(&info, DER_SEQUENCE, &algorithm) ||
		!der_expect(&algorithm, DER_OID, &oid)) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (oid.len != sizeof rsa || memcmp(oid.data, rsa, oid.len) != 0) {
		return 0;
	}

	/* A bit string begins with how many bits of its last byte are not. */
	if (!der_expect(&info, DER_BIT_STRING, &bits) || bits.len == 0) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	bits.data++;
	bits.len--;
	if (!der_expect(&bits, DER_SEQUENCE, &key) ||
		!der_expect(&key, DER_INTEGER, &modulus) ||
		!der_expect(&key, DER_INTEGER, &exponent) ||
		!exponent_is_short(&exponent)) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	return has_whole_bytes(&modulus) ? 0 : ERR_X509_KEY_LENGTH;
}

/* May it be critical? Others are not understood: by BearSSL or by us. */
static int
is_understood(const der *oid)
{
	/* Last arcs under id-ce; the last one is that of the CRL's place:
	   revocation is not looked at, as our pages say. */
	static const unsigned char arcs[] = {EXT_KEY_USAGE,
		EXT_SUBJECT_ALT_NAME, EXT_BASIC_CONSTRAINTS,
		EXT_NAME_CONSTRAINTS, EXT_CERTIFICATE_POLICIES,
		EXT_EXTENDED_KEY_USAGE, EXT_CRL_DISTRIBUTION_POINTS};

	return oid->len == 3 && oid->data[0] == 0x55 && oid->data[1] == 0x1D &&
	       memchr(arcs, oid->data[2], sizeof arcs) != NULL;
}

static int
extensions_flaw(der extensions)
{
	der seen[EXTENSIONS_MAX];
	der one, critical;
	size_t count = 0, u;

	while (der_expect(&extensions, DER_SEQUENCE, &one)) {
		if (count == EXTENSIONS_MAX) {
			return BR_ERR_X509_LIMIT_EXCEEDED;
		}
		if (!der_expect(&one, DER_OID, &seen[count])) {
			return BR_ERR_X509_UNEXPECTED;
		}
		for (u = 0; u < count; u++) {
			if (same(&seen[u], &seen[count])) {
				return BR_ERR_X509_EXTRA_ELEMENT;
			}
		}
		if (der_expect(&one, DER_BOOLEAN, &critical) &&
			(critical.len != 1 || critical.data[0] != 0) &&
			!is_understood(&seen[count])) {
			return BR_ERR_X509_CRITICAL_EXTENSION;
		}
		count++;
	}
	return extensions.len == 0 ? 0 : BR_ERR_X509_UNEXPECTED;
}

/* see rules.h */
int
certificate_flaw(const certificate *cert, int is_ca)
{
	int err = key_flaw(cert);

	if (err != 0) {
		return err;
	}

	/* RFC 5280, 4.1.1.2: only the inner one is signed. */
	if (!same(&cert->inner_algorithm, &cert->outer_algorithm)) {
		return BR_ERR_X509_UNEXPECTED;
	}
	if (is_ca && cert->subject.len == 0) {
		return BR_ERR_X509_BAD_DN;
	}
	return extensions_flaw(cert->extensions);
}

/* see rules.h */
int
certificate_is_self_issued(const certificate *cert)
{
	return same(&cert->issuer, &cert->subject_name);
}

/* see rules.h */
int
certificate_is_ca(const certificate *cert)
{
	der value, list, is_ca;

	return certificate_extension(cert, EXT_BASIC_CONSTRAINTS, &value) &&
	       der_expect(&value, DER_SEQUENCE, &list) &&
	       der_expect(&list, DER_BOOLEAN, &is_ca) && is_ca.len == 1 &&
	       is_ca.data[0] != 0;
}

/* see rules.h */
uint32_t
certificate_path_length(const certificate *cert)
{
	der value, list, skipped, length;
	uint32_t result = 0;
	size_t u;

	if (!certificate_extension(cert, EXT_BASIC_CONSTRAINTS, &value) ||
		!der_expect(&value, DER_SEQUENCE, &list)) {
		return ANY_PATH_LENGTH;
	}
	der_expect(&list, DER_BOOLEAN, &skipped);
	if (!der_expect(&list, DER_INTEGER, &length)) {
		return list.len == 0 ? ANY_PATH_LENGTH : 0;
	}

	/* A negative one is no permission. */
	if (length.len == 0 || length.data[0] >= 0x80) {
		return 0;
	}
	for (u = 0; u < length.len; u++) {
		result = result > 0xFFFF ? 0xFFFF00 : result << 8;
		result |= length.data[u];
	}
	return result;
}

/* see rules.h */
int
certificate_may_sign(const certificate *cert)
{
	const unsigned key_cert_sign = 0x04;
	der value, bits;

	if (!certificate_extension(cert, EXT_KEY_USAGE, &value)) {
		return 1;
	}
	return der_expect(&value, DER_BIT_STRING, &bits) && bits.len > 1 &&
	       (bits.data[1] & key_cert_sign) != 0;
}

/* see rules.h */
int
certificate_is_v1_root(const certificate *cert)
{
	int is_v1 = cert->version.len == 0 ||
		    (cert->version.len == 1 && cert->version.data[0] == 0);

	return is_v1 && cert->extensions.len == 0 &&
	       certificate_is_self_issued(cert);
}
