/*
 * BearSSL's own client, unchanged, as a peer for what no other TLS library
 * of today speaks any more: static ECDH, with and without a certificate of
 * the client's. It doesn't mind whether a key is the certificate's own.
 * Driven by bearssl-client.ts.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "bearssl.h"
#include "export.h"

static br_ssl_client_context client;
static br_x509_minimal_context minimal;
static br_x509_knownkey_context known;
static unsigned char records[BR_SSL_BUFSIZE_BIDI];
static unsigned char point[65];
static unsigned char seed[32];
static size_t length;

/* The client's certificate, its key, and how it shows that it has the key. */
#define SHOW_NOTHING 0
#define SHOW_SIGNATURE 1
#define SHOW_SECRET 2 /* the static key exchange's own */
#define SHOW_GUESS 3  /* of that secret */

static uint32_t show = SHOW_NOTHING;
static unsigned char certificate[4096];
static unsigned char scalar[66];
static br_x509_certificate chain = {certificate, 0};
static br_ec_private_key key = {0, scalar, 0};
static br_ssl_client_certificate_class shower;

static void
choose_static(const br_ssl_client_certificate_class **ctx,
	const br_ssl_client_context *cc, uint32_t auth_types,
	br_ssl_client_certificate *choices)
{
	(void)ctx;
	(void)cc;
	(void)auth_types;
	choices->auth_type = BR_AUTH_ECDH;
	choices->hash_id = -1;
	choices->chain = &chain;
	choices->chain_len = 1;
}

static uint32_t
guess(const br_ssl_client_certificate_class **ctx, unsigned char *data,
	size_t *len)
{
	(void)ctx;
	*len = 32;
	memset(data, 0, *len);
	return 1;
}

static void
set_certificate(void)
{
	unsigned usages =
		show == SHOW_SIGNATURE ? BR_KEYTYPE_SIGN : BR_KEYTYPE_KEYX;

	br_ssl_client_set_single_ec(&client, &chain, 1, &key, usages,
		BR_KEYTYPE_EC, &br_ec_all_m31, &br_ecdsa_i31_sign_asn1);
	if (show == SHOW_SIGNATURE) {
		return;
	}
	shower = *client.client_auth.single_ec.vtable;
	shower.choose = &choose_static;
	if (show == SHOW_GUESS) {
		shower.do_keyx = &guess;
	}
	client.client_auth.single_ec.vtable = &shower;
}

/* Room for the client's certificate (4096 bytes), and for its key (66). */
EXPORT(client_certificate) void *client_certificate(void)
{
	return certificate;
}

EXPORT(client_scalar) void *client_scalar(void)
{
	return scalar;
}

/* Both are there: show the certificate. Before client_start. */
EXPORT(client_show)
void
client_show(
	uint32_t how, uint32_t curve, size_t certificate_len, size_t scalar_len)
{
	show = how;
	chain.data_len = certificate_len;
	key.curve = (int)curve;
	key.xlen = scalar_len;
}

/* Room for the P-256 public key that the server must have. */
EXPORT(client_point) void *client_point(void)
{
	return point;
}

EXPORT(client_seed) void *client_seed(void)
{
	return seed;
}

/* Offer one suite, in one version. */
EXPORT(client_start) int client_start(uint32_t suite, uint32_t version)
{
	const br_ec_public_key known_key = {
		BR_EC_secp256r1, point, sizeof point};
	uint16_t suites[1];

	suites[0] = (uint16_t)suite;
	br_ssl_client_init_full(&client, &minimal, NULL, 0);
	br_x509_knownkey_init_ec(
		&known, &known_key, BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN);
	br_ssl_engine_set_x509(&client.eng, &known.vtable);
	br_ssl_engine_set_suites(&client.eng, suites, 1);
	br_ssl_engine_set_versions(&client.eng, version, version);
	br_ssl_engine_set_buffer(&client.eng, records, sizeof records, 1);
	br_ssl_engine_inject_entropy(&client.eng, seed, sizeof seed);
	if (show != SHOW_NOTHING) {
		set_certificate();
	}
	return br_ssl_client_reset(&client, "server.test", 0);
}

/* Channels as in wasm/engine/abi.h: sendrec, recvrec, sendapp, recvapp. */
EXPORT(client_buf) void *client_buf(uint32_t channel)
{
	switch (channel) {
	case 0:
		return br_ssl_engine_sendrec_buf(&client.eng, &length);
	case 1:
		return br_ssl_engine_recvrec_buf(&client.eng, &length);
	case 2:
		return br_ssl_engine_sendapp_buf(&client.eng, &length);
	default:
		return br_ssl_engine_recvapp_buf(&client.eng, &length);
	}
}

EXPORT(client_buf_length) size_t client_buf_length(void)
{
	return length;
}

EXPORT(client_ack) void client_ack(uint32_t channel, size_t len)
{
	switch (channel) {
	case 0:
		br_ssl_engine_sendrec_ack(&client.eng, len);
		break;
	case 1:
		br_ssl_engine_recvrec_ack(&client.eng, len);
		break;
	case 2:
		br_ssl_engine_sendapp_ack(&client.eng, len);
		break;
	default:
		br_ssl_engine_recvapp_ack(&client.eng, len);
		break;
	}
}

EXPORT(client_last_error) int client_last_error(void)
{
	return br_ssl_engine_last_error(&client.eng);
}
