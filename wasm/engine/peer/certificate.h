/*
 * The parts of a certificate that BearSSL checks but does not tell about
 * (RFC 5280, 4.1).
 */
#ifndef CERTIFICATE_H__
#define CERTIFICATE_H__

#include <stddef.h>
#include <stdint.h>

/* Some bytes of DER, from which elements are taken one after the other. */
typedef struct {
	const unsigned char *data;
	size_t len;
} der;

/*
 * Take the next element off `in`: its tag, and in `value` its contents.
 * Returns 0 at the end and on anything that isn't DER with a one-byte tag
 * (`in` is empty from then on).
 */
int
der_next(der *in, unsigned *tag, der *value);

/* The same, if its tag is the expected one; else nothing is changed. */
int
der_expect(der *in, unsigned tag, der *value);

#define DER_BOOLEAN 0x01
#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_OID 0x06
#define DER_UTF8_STRING 0x0C
#define DER_SEQUENCE 0x30
#define DER_SET 0x31
#define DER_NUMERIC_STRING 0x12
#define DER_PRINTABLE_STRING 0x13
#define DER_TELETEX_STRING 0x14
#define DER_IA5_STRING 0x16
#define DER_UTC_TIME 0x17
#define DER_GENERALIZED_TIME 0x18
#define DER_UNIVERSAL_STRING 0x1C
#define DER_BMP_STRING 0x1E

typedef struct {
	der version; /* the INTEGER's contents; empty for version 1 */
	der serial;
	der inner_algorithm; /* of the signature, as the signed part says */
	der outer_algorithm; /* and as it stands before the signature */
	der issuer;          /* with its header, as trust anchors have names */
	der subject_name;    /* with its header, too */
	der validity;
	der subject;
	der spki; /* with its header: what SPKI hashes are made of */
	der extensions;
} certificate;

/* Returns 0 if it isn't one. */
int
certificate_parse(certificate *cert, const unsigned char *data, size_t len);

/*
 * The contents of an extension, by the last arc of its number under id-ce
 * (2.5.29). Returns 0 if there is none.
 */
int
certificate_extension(const certificate *cert, unsigned arc, der *value);

/*
 * Where such an extension says that it is critical: the contents of its
 * BOOLEAN. NULL if there is no such extension, or if it says nothing.
 */
const unsigned char *
certificate_critical(const certificate *cert, unsigned arc);

/* Extensions under id-ce that are asked for. */
#define EXT_SUBJECT_KEY_IDENTIFIER 14
#define EXT_KEY_USAGE 15
#define EXT_SUBJECT_ALT_NAME 17
#define EXT_BASIC_CONSTRAINTS 19
#define EXT_NAME_CONSTRAINTS 30
#define EXT_CRL_DISTRIBUTION_POINTS 31
#define EXT_CERTIFICATE_POLICIES 32
#define EXT_AUTHORITY_KEY_IDENTIFIER 35
#define EXT_POLICY_CONSTRAINTS 36
#define EXT_EXTENDED_KEY_USAGE 37

/*
 * Does the extended key usage, if there is one, allow the use with that
 * last arc under id-kp (1.3.6.1.5.5.7.3)? (RFC 5280, 4.2.1.12)
 */
int
certificate_allows(const certificate *cert, unsigned purpose);

#define PURPOSE_SERVER 1
#define PURPOSE_CLIENT 2

/* Tags of GeneralName, in the subject's alternative names (4.2.1.6). */
#define NAME_OTHER 0xA0
#define NAME_EMAIL 0x81
#define NAME_DNS 0x82
#define NAME_DIRECTORY 0xA4
#define NAME_IP 0x87

/*
 * Is it for the host of that name? Only its alternative names count (RFC
 * 6125, 6.4.4), without case; `*` may be the whole first label, and then
 * stands for one label, but never for a whole top-level domain, nor
 * for a country's `co`, `com` and their like.
 */
int
certificate_is_for(const certificate *cert, const char *host);

/*
 * server-address.c: is it for the address that was set as the server's? Yes
 * if none was.
 */
int
certificate_has_address(const certificate *cert);

/*
 * validity.c: does it begin to be valid after that time? Days are counted as
 * in br_x509_minimal_set_time().
 */
int
certificate_begins_after(
	const certificate *cert, uint32_t days, uint32_t seconds);

/*
 * validity.c: is it over at that time? It is in the second that its last
 * date names, as with OpenSSL; RFC 5280, 4.1.2.5, counts that second in.
 */
int
certificate_has_ended(const certificate *cert, uint32_t days, uint32_t seconds);

#endif
