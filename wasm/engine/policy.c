/*
 * Which chain a client gets, and what our key does for it. BearSSL's own
 * policies choose the suite; the private key is replaced by calls to the
 * keeper.
 */
#include <string.h>
#include "abi.h"
#include "connection.h"
#include "crypto/ec-checked.h"

/*
 * BearSSL's policy for our kind of key, and our table that borrows its
 * `choose`. BearSSL hands the context back as a pointer to its first
 * field, the table's address, so the context itself must stay BearSSL's.
 */
static br_ssl_server_policy_class policy;

/* A key without its secret: `choose` reads no other field. */
static br_rsa_private_key no_rsa_key;
static br_ec_private_key no_ec_key;

/* The hash value is in `data`, and the signature replaces it. */
static size_t
policy_do_sign(const br_ssl_server_policy_class **pctx, unsigned algo_id,
	unsigned char *data, size_t hv_len, size_t len)
{
	unsigned char hv[64];

	(void)pctx;
	if (hv_len > sizeof hv) {
		return 0;
	}
	memcpy(hv, data, hv_len);

	/* BearSSL's `choose` adds 0xFF00 to the hash identifier. */
	return keeper_sign(algo_id & 0xFF, hv, hv_len, data, len);
}

static uint32_t
policy_do_keyx(const br_ssl_server_policy_class **pctx, unsigned char *data,
	size_t *len)
{
	size_t result;

	(void)pctx;
	result = keeper_decrypt(data, *len);
	if (result == 0) {
		return 0;
	}
	*len = result;
	return 1;
}

/* see connection.h */
int
policy_install(br_ssl_server_context *server)
{
	br_x509_decoder_context decoder;
	const br_x509_pkey *pk;
	const unsigned usages = BR_KEYTYPE_SIGN | BR_KEYTYPE_KEYX;

	if (conn.chain_len == 0) {
		return BR_ERR_BAD_PARAM;
	}
	br_x509_decoder_init(&decoder, NULL, NULL);
	br_x509_decoder_push(
		&decoder, conn.chain[0].data, conn.chain[0].data_len);
	pk = br_x509_decoder_get_pkey(&decoder);
	if (pk == NULL) {
		return br_x509_decoder_last_error(&decoder);
	}
	if (pk->key_type == BR_KEYTYPE_RSA) {
		br_ssl_server_set_single_rsa(server, conn.chain, conn.chain_len,
			&no_rsa_key, usages, NULL, NULL);
		policy = *server->chain_handler.single_rsa.vtable;
		server->chain_handler.single_rsa.vtable = &policy;
	} else {
		no_ec_key.curve = pk->key.ec.curve;
		br_ssl_server_set_single_ec(server, conn.chain, conn.chain_len,
			&no_ec_key, usages,
			br_x509_decoder_get_signer_key_type(&decoder),
			&ec_checked, NULL);
		policy = *server->chain_handler.single_ec.vtable;
		server->chain_handler.single_ec.vtable = &policy;
	}
	policy.do_keyx = &policy_do_keyx;
	policy.do_sign = &policy_do_sign;
	return 0;
}
