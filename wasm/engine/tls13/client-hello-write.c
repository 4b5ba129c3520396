/*
 * A client's ClientHello (RFC 8446, 4.1.2).
 */
#include <string.h>
#include "client.h"
#include "schemes.h"
#include "suites.h"
#include "engine/connection.h"

/* Extensions of older versions only (RFC 8422, 5.1.2; RFC 5746, 3.2). */
#define EXTENSION_POINT_FORMATS 11
#define EXTENSION_RENEGOTIATION_INFO 0xFF01

/* SignatureAndHashAlgorithm (RFC 5246, 7.4.1.4.1): a hash, and one of these. */
#define SIGNED_RSA 1
#define SIGNED_ECDSA 3

static int
offers_older(void)
{
	return conn.offer.min_version < VERSION_TLS13;
}

static void
write_suites(writer *out)
{
	const tls13_suite *suite;
	size_t list = writer_open(out, 2), n;

	for (n = 0; (suite = suite_at(n)) != NULL; n++) {
		writer_u16(out, suite->id);
	}
	for (n = 0; offers_older() && n < conn.offer.suites_len; n++) {
		writer_u16(out, conn.offer.suites[n]);
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
		writer_u16(out, group->id);
	}
	writer_close(out, list, 2);
	writer_close(out, content, 2);
}

/*
 * Signatures of older versions, and in certificates: RSA's of PKCS #1, and
 * ECDSA's with a hash that TLS 1.3 has not.
 */
static void
write_older_schemes(writer *out)
{
	const br_hash_class *const *hash = profile_hashes(conn.profile);

	for (; *hash != NULL; hash++) {
		uint32_t id = (*hash)->desc >> BR_HASHDESC_ID_OFF &
			      BR_HASHDESC_ID_MASK;

		writer_u16(out, id << 8 | SIGNED_RSA);
		if (scheme_number(id << 8 | SIGNED_ECDSA) < 0) {
			writer_u16(out, id << 8 | SIGNED_ECDSA);
		}
	}
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
	if (in_certificates || offers_older()) {
		write_older_schemes(out);
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
write_versions(writer *out)
{
	unsigned version = VERSION_TLS13;
	size_t content, list;

	writer_u16(out, EXTENSION_SUPPORTED_VERSIONS);
	content = writer_open(out, 2);
	list = writer_open(out, 1);
	for (; version >= conn.offer.min_version; version--) {
		writer_u16(out, version);
	}
	writer_close(out, list, 1);
	writer_close(out, content, 2);
}

static void
write_older_extensions(writer *out)
{
	if (!offers_older()) {
		return;
	}
	writer_u16(out, EXTENSION_RENEGOTIATION_INFO);
	writer_u16(out, 1);
	writer_u8(out, 0); /* there is nothing to renew */
	writer_u16(out, EXTENSION_POINT_FORMATS);
	writer_u16(out, 2);
	writer_u8(out, 1);
	writer_u8(out, 0); /* uncompressed */
}

/* Resumption always has an exchange of keys, too (4.2.9). */
static void
write_psk_modes(writer *out)
{
	if (!conn.takes_sessions) {
		return;
	}
	writer_u16(out, EXTENSION_PSK_MODES);
	writer_u16(out, 2);
	writer_u8(out, 1);
	writer_u8(out, 1); /* psk_dhe_ke */
}

static int
write_shares(writer *out)
{
	size_t content;
	int err;

	writer_u16(out, EXTENSION_KEY_SHARE);
	content = writer_open(out, 2);
	err = client_write_shares(out);
	writer_close(out, content, 2);
	return err;
}

/* see client.h */
int
client_write_hello(void)
{
	size_t body, extensions;
	writer out;
	int err;

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
	write_older_extensions(&out);
	write_versions(&out);
	write_cookie(&out);
	write_psk_modes(&out);
	err = write_shares(&out);
	client_session_write(&out);
	writer_close(&out, extensions, 2);
	writer_close(&out, body, 3);
	client.hello_len = out.len;
	client_session_bind();
	return err;
}
