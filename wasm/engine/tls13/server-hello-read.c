/*
 * A server's ServerHello and HelloRetryRequest (RFC 8446, 4.1.3 and 4.1.4).
 */
#include <string.h>
#include "bearssl.h"
#include "client.h"
#include "client-hello.h"
#include "suites.h"
#include "engine/errors.h"
#include "engine/hello/server-hello.h"

/* SHA-256 of "HelloRetryRequest", in place of a random (4.1.3). */
static const unsigned char retry_random[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5,
	0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,
	0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8,
	0xA8, 0x33, 0x9C};

/* Extensions that were there already. */
typedef struct {
	int version, share, cookie, session;
} seen;

static int
read_share(server_hello *out, reader content)
{
	out->group = group_of(reader_u16(&content));
	if (out->group == NULL || !group_on_offer(out->group)) {
		return ERR_BAD_KEY_SHARE;
	}
	if (!out->is_retry) {
		out->share = reader_vector16(&content);
	}
	return reader_end(&content) ? 0 : BR_ERR_BAD_HANDSHAKE;
}

static int
read_version(reader content)
{
	uint32_t version = reader_u16(&content);

	if (!reader_end(&content)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	return version == VERSION_TLS13 ? 0 : ERR_ILLEGAL_VALUE;
}

/* We offer one at most. */
static int
read_session(server_hello *out, reader content)
{
	uint32_t index = reader_u16(&content);

	if (!reader_end(&content)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	out->resumes = 1;
	return index == 0 ? 0 : ERR_ILLEGAL_VALUE;
}

static int
read_cookie(server_hello *out, reader content)
{
	out->cookie = reader_vector16(&content);
	if (!reader_end(&content) || out->cookie.left == 0) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	return out->cookie.left <= COOKIE_MAX ? 0 : BR_ERR_LIMIT_EXCEEDED;
}

/* Twice is as bad as in a message where it may not be (4.2). */
static int
first_time(int *flag)
{
	return (*flag)++ == 0;
}

static int
read_extension(server_hello *out, seen *s, uint32_t type, reader content)
{
	switch (type) {
	case EXTENSION_SUPPORTED_VERSIONS:
		return first_time(&s->version) ? read_version(content)
					       : ERR_BAD_EXTENSION;
	case EXTENSION_KEY_SHARE:
		return first_time(&s->share) ? read_share(out, content)
					     : ERR_BAD_EXTENSION;
	case EXTENSION_COOKIE:
		return out->is_retry && first_time(&s->cookie)
			       ? read_cookie(out, content)
			       : ERR_BAD_EXTENSION;
	case EXTENSION_PRE_SHARED_KEY:
		if (client.session_hash == NULL) {
			return ERR_UNSOLICITED_EXTENSION;
		}
		return !out->is_retry && first_time(&s->session)
			       ? read_session(out, content)
			       : ERR_BAD_EXTENSION;
	case EXTENSION_SERVER_NAME:
	case EXTENSION_SUPPORTED_GROUPS:
	case EXTENSION_SIGNATURE_ALGORITHMS:
	case EXTENSION_SIGNATURE_ALGORITHMS_CERT:
	case EXTENSION_ALPN:
	case EXTENSION_PSK_MODES:
		return ERR_BAD_EXTENSION;
	default:
		return ERR_UNSOLICITED_EXTENSION;
	}
}

static int
read_extensions(server_hello *out, reader extensions)
{
	seen s = {0, 0, 0, 0};

	while (extensions.left > 0) {
		uint32_t type = reader_u16(&extensions);
		reader content = reader_vector16(&extensions);
		int err = extensions.failed
				  ? BR_ERR_BAD_HANDSHAKE
				  : read_extension(out, &s, type, content);

		if (err != 0) {
			return err;
		}
	}

	/* A retry has to change something (4.1.4). */
	if (out->is_retry) {
		return s.share || s.cookie ? 0 : ERR_BAD_RETRY;
	}
	return s.share ? 0 : ERR_MISSING_EXTENSION;
}

/* see client.h */
int
server_hello_read(server_hello *out, const unsigned char *body, size_t len)
{
	server_hello_frame frame;

	memset(out, 0, sizeof *out);
	if (!server_hello_frame_read(&frame, body, len)) {
		return BR_ERR_BAD_HANDSHAKE;
	}

	/* The version first (4.2.1): of an older server, nothing else is of
	   interest. */
	if (!server_hello_has_versions(&frame)) {
		return tls13.retried ? ERR_BAD_RETRY
				     : BR_ERR_UNSUPPORTED_VERSION;
	}
	out->is_retry =
		memcmp(frame.random, retry_random, sizeof retry_random) == 0;
	out->suite = suite_of(frame.suite);
	if (frame.version != VERSION_TLS12 || frame.compression != 0 ||
		out->suite == NULL ||
		!tls13_is_our_session(&frame.session_id)) {
		return ERR_ILLEGAL_VALUE;
	}
	return read_extensions(out, frame.extensions);
}
