/*
 * BearSSL's own client, unchanged, as a peer for what no other TLS library
 * of today speaks any more: static ECDH. Driven by bearssl-client.ts.
 */
#include <stddef.h>
#include <stdint.h>
#include "bearssl.h"
#include "export.h"

static br_ssl_client_context client;
static br_x509_minimal_context minimal;
static br_x509_knownkey_context known;
static unsigned char records[BR_SSL_BUFSIZE_BIDI];
static unsigned char point[65];
static unsigned char seed[32];
static size_t length;

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
	const br_ec_public_key key = {BR_EC_secp256r1, point, sizeof point};
	uint16_t suites[1];

	suites[0] = (uint16_t)suite;
	br_ssl_client_init_full(&client, &minimal, NULL, 0);
	br_x509_knownkey_init_ec(
		&known, &key, BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN);
	br_ssl_engine_set_x509(&client.eng, &known.vtable);
	br_ssl_engine_set_suites(&client.eng, suites, 1);
	br_ssl_engine_set_versions(&client.eng, version, version);
	br_ssl_engine_set_buffer(&client.eng, records, sizeof records, 1);
	br_ssl_engine_inject_entropy(&client.eng, seed, sizeof seed);
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
