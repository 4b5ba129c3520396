/*
 * What the peer's certificate says about the peer: hashes and names.
 */
#include "bearssl.h"
#include "engine/abi.h"
#include "engine/peer/peer.h"
#include "engine/peer/text.h"
#include "late/late.h"

/* The name that was asked for last. */
static text value;
static unsigned value_kind;

/* One AttributeTypeAndValue under id-at (2.5.4; RFC 5280, 4.1.2.4). */
static int
subject_attribute(der pair)
{
	der oid, string;
	unsigned tag;

	if (!der_expect(&pair, DER_OID, &oid) ||
		!der_next(&pair, &tag, &string) || oid.len != 3 ||
		oid.data[0] != 0x55 || oid.data[1] != 0x04) {
		return 0;
	}
	value_kind = oid.data[2];
	return text_of(&value, tag, &string);
}

/* One GeneralName (RFC 5280, 4.2.1.6). */
static int
alternative_name(unsigned tag, const der *name)
{
	if (tag < 0x80 || tag >= 0xA0) {
		return 0;
	}
	value_kind = ENGINE_NAME_ALTERNATIVE | (tag & 0x1F);
	switch (value_kind) {
	case ENGINE_NAME_EMAIL:
	case ENGINE_NAME_DNS:
	case ENGINE_NAME_URI:
		return text_of(&value, DER_IA5_STRING, name);
	case ENGINE_NAME_IP:
		return text_of(&value, DER_OCTET_STRING, name);
	default:
		return 0;
	}
}

/* The n-th name of the subject; *n counts down the others. */
static int
find_in_subject(der subject, uint32_t *n)
{
	der set, pair;

	while (der_expect(&subject, DER_SET, &set)) {
		while (der_expect(&set, DER_SEQUENCE, &pair)) {
			if (subject_attribute(pair) && (*n)-- == 0) {
				return 1;
			}
		}
	}
	return 0;
}

/*
 * Where the alternative name after the last one is. Names are asked for in
 * their order, and there may be thousands: to count from the first one each
 * time would take seconds.
 */
static struct {
	uint32_t n; /* the number of the name there; 0: none was asked for */
	der left;
} following;

static int
find_among(der names, uint32_t n, uint32_t asked_for)
{
	der name;
	unsigned tag;

	while (der_next(&names, &tag, &name)) {
		if (alternative_name(tag, &name) && n-- == 0) {
			following.n = asked_for + 1;
			following.left = names;
			return 1;
		}
	}
	return 0;
}

static int
find_in_alternatives(const certificate *cert, uint32_t n, uint32_t asked_for)
{
	der extension, names;

	return certificate_extension(cert, EXT_SUBJECT_ALT_NAME, &extension) &&
	       der_expect(&extension, DER_SEQUENCE, &names) &&
	       find_among(names, n, asked_for);
}

/* The certificate that is looked at in place of the peer's, if any. */
static certificate looked_at;
static int looks;

/* see abi.h */
int
engine_look_at(const void *data, size_t len)
{
	late_constants();
	following.n = 0;
	looks = len > 0 && certificate_parse(&looked_at, data, len);
	return len == 0 || looks ? 0 : BR_ERR_X509_UNEXPECTED;
}

/* see abi.h */
const unsigned char *
engine_peer_name(uint32_t n)
{
	der whole;
	certificate cert = looked_at;
	uint32_t left = n;

	if (!looks && !peer_certificate(&whole, &cert)) {
		return NULL;
	}
	if (n != 0 && n == following.n) {
		return find_among(following.left, 0, n) ? value.data : NULL;
	}
	if (find_in_subject(cert.subject, &left) ||
		find_in_alternatives(&cert, left, n)) {
		return value.data;
	}
	return NULL;
}

/* see abi.h */
uint32_t
engine_peer_name_kind(void)
{
	return value_kind;
}

/* see abi.h */
size_t
engine_peer_name_length(void)
{
	return value.len;
}

/* see abi.h */
const unsigned char *
engine_peer_certificate(void)
{
	der whole;
	certificate cert;

	return peer_certificate(&whole, &cert) ? whole.data : NULL;
}

/* see abi.h */
size_t
engine_peer_certificate_length(void)
{
	der whole;
	certificate cert;

	return peer_certificate(&whole, &cert) ? whole.len : 0;
}

/* see abi.h */
const unsigned char *
engine_peer_hash(uint32_t of_key)
{
	static unsigned char hash[br_sha256_SIZE];
	br_sha256_context ctx;
	der whole;
	certificate cert;
	const der *hashed = of_key ? &cert.spki : &whole;

	if (!peer_certificate(&whole, &cert)) {
		return NULL;
	}
	br_sha256_init(&ctx);
	br_sha256_update(&ctx, hashed->data, hashed->len);
	br_sha256_out(&ctx, hash);
	return hash;
}
