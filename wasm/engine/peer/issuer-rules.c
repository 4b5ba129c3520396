/*
 * What RFC 5280 forbids the CA that issues a certificate. Roots that are
 * trusted need not obey: several are older than the rules.
 */
#include <string.h>
#include "bearssl.h"
#include "engine/errors.h"
#include "engine/peer/rules.h"

/* RFC 5280, 4.1.2.2; without the zero in front of a high bit, which some
   CAs count as a part of the number and some don't. */
#define SERIAL_MAX 20

/* In the policy constraints (4.2.1.11): a valid policy must be there. */
#define REQUIRE_EXPLICIT_POLICY 0x80

static int
serial_is_positive(const der *serial)
{
	size_t zeros = 0;

	while (zeros < serial->len && serial->data[zeros] == 0) {
		zeros++;
	}
	return zeros < serial->len && serial->len - zeros <= SERIAL_MAX &&
	       serial->data[0] < 0x80;
}

/* 4.1.2.6: without a subject, these names are all that there is. */
static int
names_are_critical(const certificate *cert)
{
	const unsigned char *critical;
	der names;

	if (cert->subject.len > 0 ||
		!certificate_extension(cert, EXT_SUBJECT_ALT_NAME, &names)) {
		return 1;
	}
	critical = certificate_critical(cert, EXT_SUBJECT_ALT_NAME);
	return critical != NULL && *critical != 0;
}

/* No policy is ever looked for, so that none is there. */
static int
requires_policy(const certificate *cert)
{
	der value, list, part;
	unsigned tag;

	return certificate_extension(cert, EXT_POLICY_CONSTRAINTS, &value) &&
	       (!der_expect(&value, DER_SEQUENCE, &list) ||
		       (der_next(&list, &tag, &part) &&
			       tag == REQUIRE_EXPLICIT_POLICY));
}

/* 4.2.2.1: one or more of SEQUENCE { method, location }. */
static int
is_list_of_places(der octets)
{
	der list, place, method, location;
	unsigned tag;

	if (!der_expect(&octets, DER_SEQUENCE, &list) || list.len == 0) {
		return 0;
	}
	while (der_expect(&list, DER_SEQUENCE, &place)) {
		if (!der_expect(&place, DER_OID, &method) ||
			!der_next(&place, &tag, &location) || place.len > 0) {
			return 0;
		}
	}
	return list.len == 0;
}

/* Where the CA's certificate and OCSP server are, if it says so. */
static int
places_are_readable(const certificate *cert)
{
	static const unsigned char authority_info_access[] = {
		0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01};
	der extensions = cert->extensions;
	der one, oid, critical, octets;

	while (der_expect(&extensions, DER_SEQUENCE, &one)) {
		if (!der_expect(&one, DER_OID, &oid) ||
			oid.len != sizeof authority_info_access ||
			memcmp(oid.data, authority_info_access, oid.len) != 0) {
			continue;
		}
		der_expect(&one, DER_BOOLEAN, &critical);
		return der_expect(&one, DER_OCTET_STRING, &octets) &&
		       is_list_of_places(octets);
	}
	return 1;
}

/* see rules.h */
int
certificate_issuing_flaw(const certificate *cert)
{
	der usage;

	if (!serial_is_positive(&cert->serial)) {
		return ERR_X509_SERIAL_NUMBER;
	}
	if (!names_are_critical(cert)) {
		return ERR_X509_NAMES_NOT_CRITICAL;
	}

	/* 4.2.1.9: only a CA's key may be allowed to sign certificates. */
	if (!certificate_is_ca(cert) &&
		certificate_extension(cert, EXT_KEY_USAGE, &usage) &&
		certificate_may_sign(cert)) {
		return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
	}
	if (requires_policy(cert)) {
		return ERR_X509_UNSUPPORTED_CONSTRAINT;
	}
	return places_are_readable(cert) &&
			       !certificate_says_nothing_of_issuer(cert)
		       ? 0
		       : ERR_X509_UNREADABLE_EXTENSION;
}
