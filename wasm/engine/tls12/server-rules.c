/*
 * Rules for a server's first messages that BearSSL's client doesn't look at,
 * or refuses with another alert. Each message is judged when it is whole,
 * before BearSSL reads its last byte.
 */
#include <string.h>
#include "engine/alerts.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "engine/hello/extensions.h"
#include "engine/hello/hello-room.h"
#include "engine/hello/server-hello.h"
#include "inner.h"
#include "context.h"
#include "refusal.h"

#define CERTIFICATE_REQUEST 13

#define POINT_FORMATS 11
#define ALPN 16
#define UNCOMPRESSED 0

static void
refuse_malformed(void)
{
	tls12_refuse(BR_ERR_BAD_HANDSHAKE, DECODE_ERROR);
}

/* RFC 8422, 5.2: a list, in which points that are not compressed are. */
static void
judge_point_formats(reader content)
{
	reader list = reader_vector8(&content);

	if (!reader_end(&content) || list.left == 0) {
		refuse_malformed();
		return;
	}
	while (list.left > 0) {
		if (reader_u8(&list) == UNCOMPRESSED) {
			return;
		}
	}
	tls12_refuse(BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER);
}

static int
is_ours(const reader *name)
{
	size_t u;

	for (u = 0; u < conn.protocols_len; u++) {
		const char *ours = conn.protocols[u];

		if (strlen(ours) == name->left &&
			memcmp(ours, name->data, name->left) == 0) {
			return 1;
		}
	}
	return 0;
}

/* RFC 7301, 3.1: one name, of those that we offered. An answer to no offer is
   BearSSL's to refuse. */
static void
judge_protocol(reader content)
{
	reader list = reader_vector16(&content);
	reader name = reader_vector8(&list);

	if (conn.protocols_len == 0) {
		return;
	}
	if (!reader_end(&content) || !reader_end(&list) || name.left == 0) {
		refuse_malformed();
	} else if (!is_ours(&name)) {
		tls12_refuse(ERR_ILLEGAL_VALUE, ILLEGAL_PARAMETER);
	}
}

/* What is malformed as a whole is BearSSL's to refuse. */
static void
judge_hello(size_t len)
{
	server_hello_frame hello;
	reader content;
	uint32_t type;

	if (!server_hello_frame_read(&hello, hello_room, len)) {
		return;
	}
	while (hello_extension_next(&hello.extensions, &type, &content)) {
		if (type == POINT_FORMATS) {
			judge_point_formats(content);
		} else if (type == ALPN) {
			judge_protocol(content);
		}
	}
}

/* RFC 5246, 7.4.4: algorithms, in TLS 1.2. BearSSL takes an empty list for one
   that has none of ours. */
static void
judge_request(size_t len)
{
	reader in, schemes;

	if (tls12.side.engine.session.version < BR_TLS12) {
		return;
	}
	reader_init(&in, hello_room, len);
	reader_vector8(&in);
	schemes = reader_vector16(&in);
	if (in.failed || schemes.left == 0 || schemes.left % 2 != 0) {
		refuse_malformed();
	}
}

/* see context.h */
void
server_rules_hear(unsigned type, uint32_t done, unsigned byte)
{
	if (conn.is_client && done > 0 && done <= HELLO_ROOM_CLIENT &&
		(type == SERVER_HELLO_TYPE || type == CERTIFICATE_REQUEST)) {
		hello_room[done - 1] = (unsigned char)byte;
	}
}

/* see context.h */
void
server_rules_judge(unsigned type, uint32_t len)
{
	size_t known = len < HELLO_ROOM_CLIENT ? len : HELLO_ROOM_CLIENT;

	if (conn.is_client && type == SERVER_HELLO_TYPE) {
		judge_hello(known);
	} else if (conn.is_client && type == CERTIFICATE_REQUEST) {
		judge_request(known);
	}
}
