/*
 * What our own certificate says about the key behind it: the engine has no
 * other way to know what that key can do.
 */
#include "connection.h"

/* see connection.h */
int
own_chain_read(void)
{
	br_x509_decoder_context decoder;
	const br_x509_pkey *pk;

	br_x509_decoder_init(&decoder, NULL, NULL);
	br_x509_decoder_push(
		&decoder, conn.chain[0].data, conn.chain[0].data_len);
	pk = br_x509_decoder_get_pkey(&decoder);
	if (pk == NULL) {
		return br_x509_decoder_last_error(&decoder);
	}
	conn.key.type = pk->key_type;
	conn.key.signer_type =
		(unsigned)br_x509_decoder_get_signer_key_type(&decoder);
	if (pk->key_type == BR_KEYTYPE_RSA) {
		conn.key.modulus_len = pk->key.rsa.nlen;
	} else {
		conn.key.curve = pk->key.ec.curve;
	}
	return 0;
}
