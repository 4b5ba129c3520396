/*
 * What a server says under keys before its certificate: EncryptedExtensions
 * (RFC 8446, 4.3.1) and CertificateRequest (4.3.2).
 */
#include <string.h>
#include "bearssl.h"
#include "client.h"
#include "schemes.h"
#include "engine/connection.h"
#include "engine/errors.h"

/* One name, of those that we offered (RFC 7301, 3.1). */
static int
read_protocol(reader content)
{
	reader list = reader_vector16(&content);
	reader name = reader_vector8(&list);
	size_t u;

	if (!reader_end(&content) || !reader_end(&list) || name.left == 0) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	for (u = 0; u < conn.protocols_len; u++) {
		const char *ours = conn.protocols[u];

		if (strlen(ours) == name.left &&
			memcmp(ours, name.data, name.left) == 0) {
			tls13.protocol = ours;
			return 0;
		}
	}
	return ERR_ILLEGAL_VALUE;
}

static int
read_extension(uint32_t type, reader content)
{
	switch (type) {
	case EXTENSION_SERVER_NAME:
		if (conn.server_name[0] == 0) {
			return ERR_UNSOLICITED_EXTENSION;
		}
		return content.left == 0 ? 0 : BR_ERR_BAD_HANDSHAKE;
	case EXTENSION_SUPPORTED_GROUPS:
		return 0;
	case EXTENSION_ALPN:
		return conn.protocols_len > 0 ? read_protocol(content)
					      : ERR_UNSOLICITED_EXTENSION;
	case EXTENSION_SIGNATURE_ALGORITHMS:
	case EXTENSION_SIGNATURE_ALGORITHMS_CERT:
	case EXTENSION_SUPPORTED_VERSIONS:
	case EXTENSION_COOKIE:
	case EXTENSION_KEY_SHARE:
	case EXTENSION_PRE_SHARED_KEY:
	case EXTENSION_PSK_MODES:
		return ERR_BAD_EXTENSION;
	default:
		return ERR_UNSOLICITED_EXTENSION;
	}
}

/* Is that type behind this place in the list, once more? */
static int
comes_again(reader extensions, uint32_t type)
{
	while (extensions.left > 0) {
		uint32_t other = reader_u16(&extensions);

		reader_vector16(&extensions);
		if (!extensions.failed && other == type) {
			return 1;
		}
	}
	return 0;
}

static int
read_list(reader list, int (*read)(uint32_t type, reader content))
{
	while (list.left > 0) {
		uint32_t type = reader_u16(&list);
		reader content = reader_vector16(&list);
		int err = BR_ERR_BAD_HANDSHAKE;

		if (!list.failed) {
			err = comes_again(list, type) ? ERR_BAD_EXTENSION
						      : read(type, content);
		}
		if (err != 0) {
			return err;
		}
	}
	return 0;
}

/* A list of this length is more than anything honest; it would take long
   to look for what comes twice. */
#define EXTENSIONS_MAX 4096

/* see client.h */
int
server_extensions_read(const unsigned char *body, size_t len)
{
	reader in, list;

	reader_init(&in, body, len);
	list = reader_vector16(&in);
	if (!reader_end(&in) || list.left > EXTENSIONS_MAX) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	return read_list(list, &read_extension);
}

/* Early data, of which we have none, and what is not known yet (4.6.1). */
static int
read_ticket_extension(uint32_t type, reader content)
{
	return type != EXTENSION_EARLY_DATA || content.left == 4
		       ? 0
		       : BR_ERR_BAD_HANDSHAKE;
}

/* see client.h */
int
ticket_extensions_read(reader extensions)
{
	return extensions.left > EXTENSIONS_MAX
		       ? BR_ERR_BAD_HANDSHAKE
		       : read_list(extensions, &read_ticket_extension);
}

static int
read_request_extension(uint32_t type, reader content)
{
	reader list;

	if (type != EXTENSION_SIGNATURE_ALGORITHMS) {
		return 0;
	}
	list = reader_vector16(&content);
	if (!reader_end(&content) || list.left == 0 || list.left % 2 != 0) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	while (list.left > 0) {
		int number = scheme_number(reader_u16(&list));

		if (number >= 0) {
			tls13.schemes |= 1U << number;
		}
	}
	client.requested = 1;
	return 0;
}

/* see client.h */
int
certificate_request_read(const unsigned char *body, size_t len)
{
	reader in, context, list;
	int err;

	reader_init(&in, body, len);
	context = reader_vector8(&in);
	list = reader_vector16(&in);
	if (!reader_end(&in)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	if (context.left > 0) {
		return ERR_BAD_CONTEXT;
	}
	err = read_list(list, &read_request_extension);
	return err == 0 && !client.requested ? ERR_MISSING_EXTENSION : err;
}
