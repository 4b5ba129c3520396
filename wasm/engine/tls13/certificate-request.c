/*
 * CertificateRequest of a server (RFC 8446, 4.3.2), in pieces: the names of
 * authorities may be many.
 */
#include "context.h"
#include "schemes.h"
#include "engine/peer/trust-anchors.h"

/* For signatures in certificates, which are not PSS: RSA's of PKCS #1. */
static const uint16_t pkcs1[] = {0x0401, 0x0501, 0x0601};

#define PKCS1 (sizeof pkcs1 / sizeof pkcs1[0])

static void
write_schemes(writer *out, uint32_t extension)
{
	const tls13_scheme *scheme;
	size_t content, list, n;

	writer_u16(out, extension);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	for (n = 0; (scheme = scheme_at(n)) != NULL; n++) {
		if (extension == EXTENSION_SIGNATURE_ALGORITHMS ||
			scheme->key_type == BR_KEYTYPE_EC) {
			writer_u16(out, scheme->id);
		}
	}
	if (extension == EXTENSION_SIGNATURE_ALGORITHMS_CERT) {
		for (n = 0; n < PKCS1; n++) {
			writer_u16(out, pkcs1[n]);
		}
	}
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

/* All extensions together have a length of 16 bits. */
#define NAMES_MAX 65000

/* Names that don't fit are left out: they only help clients to choose. */
static size_t
authorities_len(void)
{
	const trust_anchors *anchors = trust_anchors_get();

	return anchors->names_len <= NAMES_MAX ? anchors->names_len : 0;
}

static size_t
write_head(void)
{
	size_t names = authorities_len();
	size_t after = names > 0 ? 6 + names : 0;
	size_t begin;
	writer out;

	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	writer_u8(&out, MESSAGE_CERTIFICATE_REQUEST);
	writer_u24(&out, 0);
	writer_u8(&out, 0); /* no context */
	writer_u16(&out, 0);
	begin = out.len;
	write_schemes(&out, EXTENSION_SIGNATURE_ALGORITHMS);
	write_schemes(&out, EXTENSION_SIGNATURE_ALGORITHMS_CERT);
	after += out.len - begin;
	if (names > 0) {
		writer_u16(&out, EXTENSION_CERTIFICATE_AUTHORITIES);
		writer_u16(&out, (uint32_t)(2 + names));
		writer_u16(&out, (uint32_t)names);
	}

	/* Now that they are known, the two lengths. */
	begin = out.len;
	out.len = 1;
	writer_u24(&out, (uint32_t)(1 + 2 + after));
	out.len = MESSAGE_HEADER + 1;
	writer_u16(&out, (uint32_t)after);
	return begin;
}

static size_t
write_name_length(size_t len)
{
	writer out;

	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	writer_u16(&out, (uint32_t)len);
	return out.len;
}

/* see context.h */
int
certificate_request_source(size_t n, const unsigned char **data, size_t *len)
{
	const trust_anchors *anchors = trust_anchors_get();
	const br_x500_name *name;

	*data = tls13.scratch;
	if (n == 0) {
		*len = write_head();
		return 1;
	}
	if (authorities_len() == 0 || (n - 1) / 2 >= anchors->names_count) {
		return 0;
	}
	name = &anchors->list[(n - 1) / 2].dn;
	if (n % 2 == 1) {
		*len = write_name_length(name->len);
	} else {
		*data = name->data;
		*len = name->len;
	}
	return 1;
}
