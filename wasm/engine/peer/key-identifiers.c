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
is_key_of(const certificate *issuer, const der *identifier)
{
	der value, own;

	return !certificate_extension(
		       issuer, EXT_SUBJECT_KEY_IDENTIFIER, &value) ||
	       !der_expect(&value, DER_OCTET_STRING, &own) ||
	       same(&own, identifier);
}

/* Is one of these GeneralNames that one? */
static int
has_name(der names, const der *wanted)
{
	der name;
	unsigned tag;

	while (der_next(&names, &tag, &name)) {
		if (tag == NAME_DIRECTORY && same(&name, wanted)) {
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
certificate_denies_issuer(const certificate *cert, const certificate *issuer)
{
	der value, parts, part;
	unsigned tag;

	if (!certificate_extension(
		    cert, EXT_AUTHORITY_KEY_IDENTIFIER, &value) ||
		!der_expect(&value, DER_SEQUENCE, &parts)) {
		return 0;
	}

	/* Name and serial number are those of the issuer's certificate: its
	   name there is that of the CA above. */
	while (der_next(&parts, &tag, &part)) {
		if ((tag == KEY_IDENTIFIER && !is_key_of(issuer, &part)) ||
			(tag == CERT_ISSUER &&
				!has_name(part, &issuer->issuer)) ||
			(tag == CERT_SERIAL_NUMBER &&
				!same(&part, &issuer->serial))) {
			return 1;
		}
	}
	return 0;
}

/* see rules.h */
int
certificate_denies_itself(const certificate *cert)
{
	return certificate_is_self_issued(cert) &&
	       certificate_denies_issuer(cert, cert);
}
