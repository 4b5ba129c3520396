/*
 * Which certificate does a certificate say that it was issued by? A root
 * that has signed itself says nothing else than that it is the one.
 */
#include <string.h>
#include "engine/peer/rules.h"

/* Parts of an authority key identifier (RFC 5280, 4.2.1.1). */
#define KEY_IDENTIFIER 0x80
#define CERT_ISSUER 0xA1
#define CERT_SERIAL_NUMBER 0x82

static int
same(const der *a, const der *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static int
is_own_key(const certificate *cert, const der *identifier)
{
	der value, own;

	return !certificate_extension(
		       cert, EXT_SUBJECT_KEY_IDENTIFIER, &value) ||
	       !der_expect(&value, DER_OCTET_STRING, &own) ||
	       same(&own, identifier);
}

/* Is one of these GeneralNames the issuer's own? */
static int
has_own_name(const certificate *cert, der names)
{
	der name;
	unsigned tag;

	while (der_next(&names, &tag, &name)) {
		if (tag == NAME_DIRECTORY && same(&name, &cert->issuer)) {
			return 1;
		}
	}
	return 0;
}

/* see rules.h */
int
certificate_says_nothing_of_issuer(const certificate *cert)
{
	der value, parts;

	return certificate_extension(
		       cert, EXT_AUTHORITY_KEY_IDENTIFIER, &value) &&
	       (!der_expect(&value, DER_SEQUENCE, &parts) || parts.len == 0);
}

/* see rules.h */
int
certificate_denies_itself(const certificate *cert)
{
	der value, parts, part;
	unsigned tag;

	if (!certificate_is_self_issued(cert) ||
		!certificate_extension(
			cert, EXT_AUTHORITY_KEY_IDENTIFIER, &value) ||
		!der_expect(&value, DER_SEQUENCE, &parts)) {
		return 0;
	}
	while (der_next(&parts, &tag, &part)) {
		if ((tag == KEY_IDENTIFIER && !is_own_key(cert, &part)) ||
			(tag == CERT_ISSUER && !has_own_name(cert, part)) ||
			(tag == CERT_SERIAL_NUMBER &&
				!same(&part, &cert->serial))) {
			return 1;
		}
	}
	return 0;
}
