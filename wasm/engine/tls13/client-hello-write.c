/*
 * A client's ClientHello (RFC 8446, 4.1.2).
 */
#include <string.h>
#include "client.h"
#include "schemes.h"
#include "suites.h"
#include "engine/connection.h"

/* For signatures in certificates, which are not PSS: RSA's of PKCS #1. */
static const uint16_t pkcs1[] = {0x0401, 0x0501, 0x0601};

#define PKCS1 (sizeof pkcs1 / sizeof pkcs1[0])

static void
write_suites(writer *out)
{
	const tls13_suite *suite;
	size_t list = writer_open(out, 2), n;

	for (n = 0; (suite = suite_at(n)) != NULL; n++) {
		writer_u16(out, suite->id);
	}
	writer_close(out, list, 2);
}

static void
write_name(writer *out)
{
	const char *name = conn.server_name;
	size_t len = strlen(name);

	if (len == 0) {
		return;
	}
	writer_u16(out, EXTENSION_SERVER_NAME);
	writer_u16(out, (uint32_t)len + 5);
	writer_u16(out, (uint32_t)len + 3);
	writer_u8(out, 0); /* a host's */
	writer_u16(out, (uint32_t)len);
	writer_bytes(out, name, len);
}

static void
write_groups(writer *out)
{
	const tls13_group *group;
	size_t content, list, n;

	writer_u16(out, EXTENSION_SUPPORTED_GROUPS);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	for (n = 0; (group = group_at(n)) != NULL; n++) {
		if (group->curve != 0) {
			writer_u16(out, group->id);
		}
	}
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

static void
write_schemes(writer *out, uint32_t extension)
{
	int in_certificates = extension == EXTENSION_SIGNATURE_ALGORITHMS_CERT;
	const tls13_scheme *scheme;
	size_t content, list, n;

	writer_u16(out, extension);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	for (n = 0; (scheme = scheme_at(n)) != NULL; n++) {
		if (!in_certificates || scheme->key_type == BR_KEYTYPE_EC) {
			writer_u16(out, scheme->id);
		}
	}
	for (n = 0; in_certificates && n < PKCS1; n++) {
		writer_u16(out, pkcs1[n]);
	}
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

static void
write_protocols(writer *out)
{
	size_t content, list, u;

	if (conn.protocols_len == 0) {
		return;
	}
	writer_u16(out, EXTENSION_ALPN);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	for (u = 0; u < conn.protocols_len; u++) {
		size_t len = strlen(conn.protocols[u]);

		writer_u8(out, (uint32_t)len);
		writer_bytes(out, conn.protocols[u], len);
	}
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

static void
write_cookie(writer *out)
{
	if (client.cookie_len == 0) {
		return;
	}
	writer_u16(out, EXTENSION_COOKIE);
	writer_u16(out, (uint32_t)client.cookie_len + 2);
	writer_u16(out, (uint32_t)client.cookie_len);
	writer_bytes(out, client.cookie, client.cookie_len);
}

static void
write_share(writer *out)
{
	uint32_t len = (uint32_t)client.group->share_len;

	writer_u16(out, EXTENSION_KEY_SHARE);
	writer_u16(out, len + 6);
	writer_u16(out, len + 4);
	writer_u16(out, client.group->id);
	writer_u16(out, len);
	writer_bytes(out, client.share, len);
}

/* see client.h */
void
client_write_hello(void)
{
	size_t body, extensions;
	writer out;

	writer_init(&out, client.hello, sizeof client.hello);
	writer_u8(&out, MESSAGE_CLIENT_HELLO);
	body = writer_open(&out, 3);
	writer_u16(&out, VERSION_TLS12);
	writer_bytes(&out, client.random, sizeof client.random);
	writer_u8(&out, (uint32_t)tls13.session_id_len);
	writer_bytes(&out, tls13.session_id, tls13.session_id_len);
	write_suites(&out);
	writer_u16(&out, 0x0100); /* one compression: none */
	extensions = writer_open(&out, 2);
	write_name(&out);
	write_groups(&out);
	write_schemes(&out, EXTENSION_SIGNATURE_ALGORITHMS);
	write_schemes(&out, EXTENSION_SIGNATURE_ALGORITHMS_CERT);
	write_protocols(&out);
	writer_u16(&out, EXTENSION_SUPPORTED_VERSIONS);
	writer_u16(&out, 3);
	writer_u8(&out, 2);
	writer_u16(&out, VERSION_TLS13);
	write_cookie(&out);
	write_share(&out);
	writer_close(&out, extensions, 2);
	writer_close(&out, body, 3);
	client.hello_len = out.len;
}
