/*
 * What a server says of itself: ServerHello and HelloRetryRequest (RFC 8446,
 * 4.1.3 and 4.1.4), EncryptedExtensions (4.3.1).
 */
#include <string.h>
#include "context.h"
#include "groups.h"
#include "engine/connection.h"

/* SHA-256 of "HelloRetryRequest", in place of a random (4.1.3). */
static const unsigned char retry_random[32] = {0xCF, 0x21, 0xAD, 0x74, 0xE5,
	0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91, 0xC2,
	0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8,
	0xA8, 0x33, 0x9C};

/* Up to the extensions. Returns where the message's body begins. */
static size_t
write_head(writer *out, const unsigned char *random)
{
	size_t body;

	writer_u8(out, MESSAGE_SERVER_HELLO);
	body = writer_open(out, 3);
	writer_u16(out, VERSION_TLS12);
	writer_bytes(out, random, 32);
	writer_u8(out, (uint32_t)tls13.session_id_len);
	writer_bytes(out, tls13.session_id, tls13.session_id_len);
	writer_u16(out, tls13.suite->id);
	writer_u8(out, 0); /* no compression */
	return body;
}

static void
write_version(writer *out)
{
	writer_u16(out, EXTENSION_SUPPORTED_VERSIONS);
	writer_u16(out, 2);
	writer_u16(out, VERSION_TLS13);
}

/* see context.h */
void
server_write_hello(writer *out)
{
	unsigned char random[32];
	size_t body, extensions, share;

	random_draw(&conn.random, random, sizeof random);
	body = write_head(out, random);
	extensions = writer_open(out, 2);
	write_version(out);
	writer_u16(out, EXTENSION_KEY_SHARE);
	share = writer_open(out, 2);
	writer_u16(out, tls13.group->id);
	writer_u16(out, (uint32_t)tls13.group->answer_len);
	writer_bytes(out, tls13.share, tls13.group->answer_len);
	writer_close(out, share, 2);
	if (tls13.resumed) {
		writer_u16(out, EXTENSION_PRE_SHARED_KEY);
		writer_u16(out, 2);
		writer_u16(out, tls13.psk_index);
	}
	writer_close(out, extensions, 2);
	writer_close(out, body, 3);
}

/* see context.h */
void
server_write_retry(writer *out)
{
	size_t body = write_head(out, retry_random);
	size_t extensions = writer_open(out, 2);

	write_version(out);
	writer_u16(out, EXTENSION_KEY_SHARE);
	writer_u16(out, 2);
	writer_u16(out, tls13.group->id);
	writer_close(out, extensions, 2);
	writer_close(out, body, 3);
}

static void
write_protocol(writer *out)
{
	size_t content, list, name;

	writer_u16(out, EXTENSION_ALPN);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	name = writer_open(out, 1);
	writer_bytes(out, tls13.protocol, strlen(tls13.protocol));
	writer_close(out, name, 1);
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

/* see context.h */
void
server_write_extensions(writer *out)
{
	size_t body, extensions;

	writer_u8(out, MESSAGE_ENCRYPTED_EXTENSIONS);
	body = writer_open(out, 3);
	extensions = writer_open(out, 2);
	if (tls13.name_is_ours) {
		writer_u16(out, EXTENSION_SERVER_NAME);
		writer_u16(out, 0);
	}
	if (tls13.protocol != NULL) {
		write_protocol(out);
	}
	if (tls13.answers_limit) {
		writer_u16(out, EXTENSION_RECORD_SIZE_LIMIT);
		writer_u16(out, 2);
		writer_u16(out, RECORD_CONTENT_MAX + 1);
	}
	writer_close(out, extensions, 2);
	writer_close(out, body, 3);
}
