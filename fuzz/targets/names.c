/*
 * What a certificate says about its owner: the input is the subject's and
 * the alternative names' contents (first the length of the subject's), in a
 * certificate that is trusted for itself.
 */
#include <string.h>
#include "chain.h"
#include "check.h"
#include "host.h"
#include "recorded.h"
#include "engine/abi.h"
#include "engine/peer/text.h"

static const role roles[] = {
	{.profile = ENGINE_PROFILE_MODERN, .peer = PEER_MAY_COME, .open = 1},
};

/* DER from its end to its start: a length is written when it is known. */
typedef struct {
	unsigned char data[1 << 16];
	size_t at;
} writer;

static void
put(writer *w, const void *data, size_t len)
{
	CHECK(len <= w->at);
	w->at -= len;
	memcpy(w->data + w->at, data, len);
}

#define PUT(w, ...) \
	do { \
		static const unsigned char some[] = {__VA_ARGS__}; \
		put(w, some, sizeof some); \
	} while (0)

/* The header of everything down to `end`. */
static void
wrap(writer *w, unsigned tag, size_t end)
{
	size_t len = end - w->at;
	unsigned char header[] = {(unsigned char)tag, 0x82,
		(unsigned char)(len >> 8), (unsigned char)len};

	CHECK(len < 1 << 16);
	if (len < 0x80) {
		header[2] = (unsigned char)tag;
		put(w, header + 2, 2);
	} else if (len < 0x100) {
		header[1] = (unsigned char)tag;
		header[2] = 0x81;
		put(w, header + 1, 3);
	} else {
		put(w, header, sizeof header);
	}
}

#define ECDSA_WITH_SHA256 \
	0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02

/* After RFC 5280, 4.1; without a signature. */
static void
write_certificate(writer *w, const der *subject, const der *names)
{
	const bytes *model = recorded_certificate("p256");
	certificate parts;
	size_t end, tbs;

	CHECK(certificate_parse(&parts, model->data, model->len));
	w->at = sizeof w->data;
	PUT(w, ECDSA_WITH_SHA256, 0x03, 0x02, 0x00, 0x55);
	tbs = end = w->at;
	put(w, names->data, names->len);
	wrap(w, DER_SEQUENCE, end);
	wrap(w, DER_OCTET_STRING, end);
	PUT(w, DER_OID, 3, 0x55, 0x1D, EXT_SUBJECT_ALT_NAME);
	wrap(w, DER_SEQUENCE, end);
	wrap(w, DER_SEQUENCE, end);
	wrap(w, 0xA3, end);
	put(w, parts.spki.data, parts.spki.len);
	end = w->at;
	put(w, subject->data, subject->len);
	wrap(w, DER_SEQUENCE, end);
	end = w->at;
	put(w, parts.validity.data, parts.validity.len);
	wrap(w, DER_SEQUENCE, end);
	put(w, parts.issuer.data, parts.issuer.len);
	PUT(w, 0xA0, 3, DER_INTEGER, 1, 2, DER_INTEGER, 1, 1,
		ECDSA_WITH_SHA256);
	wrap(w, DER_SEQUENCE, tbs);
	wrap(w, DER_SEQUENCE, sizeof w->data);
}

/* What needs no certificate around it. */
static void
read_alone(const uint8_t *data, size_t size)
{
	static text out;
	der in = {data, size};
	certificate cert;
	unsigned tag;

	for (tag = 0; tag < 0x20; tag++) {
		text_of(&out, tag, &in);
		CHECK(out.len <= sizeof out.data);
	}
	if (certificate_parse(&cert, data, size)) {
		certificate_begins_after(&cert, HOST_DAYS, HOST_SECONDS);
		certificate_allows(&cert, PURPOSE_CLIENT);
		certificate_is_for(&cert, "server.test");
	}
}

/* As the peer's, and as its own anchor. */
static void
read_trusted(const unsigned char *data, size_t len)
{
	unsigned char input[2 + sizeof((writer *)0)->data];
	unsigned char *room = engine_alloc(len);

	memcpy(room, data, len);
	if (engine_add_trust_anchor(room, len) != 0 ||
		engine_request_certificate(1, HOST_DAYS, HOST_SECONDS) != 0) {
		return;
	}
	input[0] = (unsigned char)(len >> 8);
	input[1] = (unsigned char)len;
	memcpy(input + 2, data, len);
	chain_present(input, len + 2, 0);
	host_ask_peer();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static writer w;
	der subject, names;
	certificate cert;
	const unsigned char *made;
	size_t len;

	if (size < 1 || size > 1 << 14) {
		return 0;
	}
	read_alone(data, size);
	subject.data = data + 1;
	subject.len = data[0] < size ? data[0] : size - 1;
	names.data = subject.data + subject.len;
	names.len = size - 1 - subject.len;
	write_certificate(&w, &subject, &names);
	made = w.data + w.at;
	len = sizeof w.data - w.at;
	CHECK(certificate_parse(&cert, made, len));
	CHECK(cert.subject.len == subject.len);
	certificate_is_for(&cert, "server.test");
	certificate_is_for(&cert, "a.server.test");
	host_at_start(&roles[0]);
	read_trusted(made, len);
	return 0;
}
