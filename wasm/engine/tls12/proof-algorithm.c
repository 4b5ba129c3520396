/*
 * The algorithm of a client's CertificateVerify must be one that we asked for
 * (RFC 5246, 7.4.8). BearSSL 0.6 halves its number before it compares it with
 * the kind of key, and so takes 4 for ECDSA's 3, and 2 for RSA's 1.
 */
#include "engine/alerts.h"
#include "engine/connection.h"
#include "inner.h"
#include "context.h"
#include "refusal.h"

/* RFC 5246, 7.4 and 7.4.1.4.1. */
#define CERTIFICATE_VERIFY 15
#define RSA 1
#define ECDSA 3

/* Of the body: a byte of hash function comes first. */
#define ALGORITHM_AT 2

/* see context.h */
void
heed_message(unsigned type, uint32_t done, unsigned byte)
{
	const br_ssl_engine_context *eng = &tls12.side.engine;

	if (!conn.is_client && type == CERTIFICATE_VERIFY &&
		done == ALGORITHM_AT && byte != RSA && byte != ECDSA &&
		eng->session.version >= BR_TLS12) {
		tls12_refuse(BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER);
	}
}
