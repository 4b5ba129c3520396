/*
 * A certificate's parts. What is read here has been through BearSSL's
 * validation or is only told about in an error message; still, nothing is
 * taken for granted.
 */
#include <string.h>
#include "engine/peer/certificate.h"

/* see certificate.h */
int
der_next(der *in, unsigned *tag, der *value)
{
	const unsigned char *p = in->data;
	size_t left = in->len;
	size_t len, octets;

	in->len = 0;
	if (left < 2 || (p[0] & 0x1F) == 0x1F) {
		return 0;
	}
	*tag = p[0];
	len = p[1];
	p += 2;
	left -= 2;
	if (len >= 0x80) {
		octets = len & 0x7F;
		if (octets == 0 || octets > 3 || octets > left) {
			return 0;
		}
		for (len = 0; octets > 0; octets--, left--) {
			len = len << 8 | *p++;
		}
	}
	if (len > left) {
		return 0;
	}
	value->data = p;
	value->len = len;
	in->data = p + len;
	in->len = left - len;
	return 1;
}

/* see certificate.h */
int
der_expect(der *in, unsigned tag, der *value)
{
	der rest = *in;
	der contents;
	unsigned found;

	if (!der_next(&rest, &found, &contents) || found != tag) {
		return 0;
	}
	*in = rest;
	*value = contents;
	return 1;
}

/* see certificate.h */
int
certificate_parse(certificate *cert, const unsigned char *data, size_t len)
{
	der in = {data, len};
	der whole, tbs, skipped, wrapped;
	const unsigned char *issuer, *subject, *spki;
	unsigned tag;

	memset(cert, 0, sizeof *cert);
	if (!der_expect(&in, DER_SEQUENCE, &whole) ||
		!der_expect(&whole, DER_SEQUENCE, &tbs)) {
		return 0;
	}
	if (der_expect(&tbs, 0xA0, &wrapped)) {
		der_expect(&wrapped, DER_INTEGER, &cert->version);
	}
	if (!der_expect(&tbs, DER_INTEGER, &cert->serial) ||
		!der_expect(&tbs, DER_SEQUENCE, &cert->inner_algorithm) ||
		!der_expect(&whole, DER_SEQUENCE, &cert->outer_algorithm)) {
		return 0;
	}
	issuer = tbs.data;
	if (!der_expect(&tbs, DER_SEQUENCE, &skipped)) {
		return 0;
	}
	cert->issuer.data = issuer;
	cert->issuer.len = (size_t)(tbs.data - issuer);
	if (!der_expect(&tbs, DER_SEQUENCE, &cert->validity)) {
		return 0;
	}
	subject = tbs.data;
	if (!der_expect(&tbs, DER_SEQUENCE, &cert->subject)) {
		return 0;
	}
	cert->subject_name.data = subject;
	cert->subject_name.len = (size_t)(tbs.data - subject);
	spki = tbs.data;
	if (!der_expect(&tbs, DER_SEQUENCE, &skipped)) {
		return 0;
	}
	cert->spki.data = spki;
	cert->spki.len = (size_t)(tbs.data - spki);

	/* What can't be read may forbid what would be allowed without it. */
	while (tbs.len > 0) {
		if (!der_next(&tbs, &tag, &wrapped) ||
			(tag == 0xA3 && !der_expect(&wrapped, DER_SEQUENCE,
						&cert->extensions))) {
			return 0;
		}
	}
	return 1;
}

/* The first extension of that number: what it is worth, and its value. */
static int
find_extension(const certificate *cert, unsigned arc, der *critical, der *value)
{
	static const unsigned char id_ce[] = {0x55, 0x1D};
	der in = cert->extensions;
	der one, oid;

	while (der_expect(&in, DER_SEQUENCE, &one)) {
		if (!der_expect(&one, DER_OID, &oid)) {
			return 0;
		}
		critical->len = 0;
		der_expect(&one, DER_BOOLEAN, critical);
		if (oid.len == 3 && memcmp(oid.data, id_ce, 2) == 0 &&
			oid.data[2] == arc) {
			return der_expect(&one, DER_OCTET_STRING, value);
		}
	}
	return 0;
}

/* see certificate.h */
int
certificate_extension(const certificate *cert, unsigned arc, der *value)
{
	der critical;

	return find_extension(cert, arc, &critical, value);
}

/* see certificate.h */
const unsigned char *
certificate_critical(const certificate *cert, unsigned arc)
{
	der critical, value;

	if (!find_extension(cert, arc, &critical, &value) ||
		critical.len != 1) {
		return NULL;
	}
	return critical.data;
}

/* see certificate.h */
int
certificate_allows(const certificate *cert, unsigned purpose)
{
	static const unsigned char any[] = {0x55, 0x1D, 0x25, 0x00};
	static const unsigned char id_kp[] = {
		0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03};
	der value, list, oid;

	if (!certificate_extension(cert, EXT_EXTENDED_KEY_USAGE, &value)) {
		return 1;
	}
	if (!der_expect(&value, DER_SEQUENCE, &list)) {
		return 0;
	}
	while (der_expect(&list, DER_OID, &oid)) {
		if (oid.len == sizeof any &&
			memcmp(oid.data, any, sizeof any) == 0) {
			return 1;
		}
		if (oid.len == sizeof id_kp + 1 &&
			memcmp(oid.data, id_kp, sizeof id_kp) == 0 &&
			oid.data[sizeof id_kp] == purpose) {
			return 1;
		}
	}
	return 0;
}
