/*
 * The client's side of a connection.
 */
#include <string.h>
#include "engine/connection.h"
#include "inner.h"
#include "context.h"

/* see context.h */
void
client_configure(void)
{
	br_ssl_client_context *client = &tls12.side.client;

	br_ssl_client_zero(client);
	key_exchange_set(&client->eng);
	br_ssl_client_set_rsapub(client, &br_rsa_i31_public);
}

/* The names of CAs that the server accepts: we have one chain, or none. */
static void
ignore(const br_ssl_client_certificate_class **ctx)
{
	(void)ctx;
}

static void
ignore_length(const br_ssl_client_certificate_class **ctx, size_t len)
{
	(void)ctx;
	(void)len;
}

static void
ignore_bytes(const br_ssl_client_certificate_class **ctx,
	const unsigned char *data, size_t len)
{
	(void)ctx;
	(void)data;
	(void)len;
}

/*
 * Sign, or send no certificate. BearSSL's own choice for EC keys tries
 * static ECDH first and falls through; there is none here.
 */
static void
choose(const br_ssl_client_certificate_class **ctx,
	const br_ssl_client_context *cc, uint32_t auth_types,
	br_ssl_client_certificate *choices)
{
	int is_rsa = conn.key.type == BR_KEYTYPE_RSA;
	unsigned hashes = is_rsa ? auth_types & 0xFF : auth_types >> 8 & 0xFF;
	int hash = br_ssl_choose_hash(hashes);

	(void)ctx;
	(void)cc;
	memset(choices, 0, sizeof *choices);

	/* Hash 0 is MD5 and SHA-1 together, for RSA before TLS 1.2. */
	if (hash == 0 && !(is_rsa && (hashes & 1) != 0)) {
		return;
	}
	choices->auth_type = is_rsa ? BR_AUTH_RSA : BR_AUTH_ECDSA;
	choices->hash_id = hash;
	choices->chain = conn.chain;
	choices->chain_len = conn.chain_len;
}

static uint32_t
no_keyx(const br_ssl_client_certificate_class **ctx, unsigned char *data,
	size_t *len)
{
	(void)ctx;
	(void)data;
	(void)len;
	return 0;
}

static size_t
sign(const br_ssl_client_certificate_class **ctx, int hash, size_t hv_len,
	unsigned char *data, size_t len)
{
	(void)ctx;
	return sign_in_place((uint32_t)hash, data, hv_len, len);
}

static const br_ssl_client_certificate_class certificate_class = {
	sizeof(void *),
	ignore,
	ignore_length,
	ignore_bytes,
	ignore,
	ignore,
	choose,
	no_keyx,
	sign,
};

static const br_ssl_client_certificate_class *const handler =
	&certificate_class;

/* see context.h */
int
client_begin(void)
{
	br_ssl_client_context *client = &tls12.side.client;
	const char *name = conn.server_name;

	if (conn.chain_len > 0) {
		br_ssl_client_set_client_certificate(client,
			(const br_ssl_client_certificate_class **)&handler);
	}
	if (!br_ssl_client_reset(client, name[0] != 0 ? name : NULL, 0)) {
		return br_ssl_engine_last_error(&client->eng);
	}
	return 0;
}
