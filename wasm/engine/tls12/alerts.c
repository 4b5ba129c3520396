/*
 * The last word: a fatal alert for an error on which BearSSL 0.6 would
 * close in silence (RFC 5246, 7.2.2: "the detecting party sends a message
 * to the other party").
 */
#include "crypto/cbc-checked.h"
#include "inner.h"
#include "context.h"

/* Alert descriptions (RFC 5246, 7.2; RFC 6066, 9). */
#define UNEXPECTED_MESSAGE 10
#define BAD_RECORD_MAC 20
#define RECORD_OVERFLOW 22
#define HANDSHAKE_FAILURE 40
#define BAD_CERTIFICATE 42
#define UNSUPPORTED_CERTIFICATE 43
#define CERTIFICATE_EXPIRED 45
#define ILLEGAL_PARAMETER 47
#define UNKNOWN_CA 48
#define DECODE_ERROR 50
#define DECRYPT_ERROR 51
#define PROTOCOL_VERSION 70
#define INTERNAL_ERROR 80
#define UNSUPPORTED_EXTENSION 110

/* RFC 5246, 6.2.1 and 6.2.3: what no record may have, nor any protected
   one. */
#define PLAINTEXT_MAX 16384
#define RECORD_MAX (16384 + 2048)

typedef struct {
	int error;
	unsigned char description;
} row;

/* Sections are RFC 5246's where no other is named. */
static const row table[] = {
	{BR_ERR_UNSUPPORTED_VERSION, PROTOCOL_VERSION},     /* E.1 */
	{BR_ERR_BAD_VERSION, PROTOCOL_VERSION},             /* 6.2.1 */
	{BR_ERR_TOO_LARGE, RECORD_OVERFLOW},                /* 6.2.1 */
	{BR_ERR_BAD_MAC, BAD_RECORD_MAC},                   /* 7.2.2 */
	{BR_ERR_UNKNOWN_TYPE, UNEXPECTED_MESSAGE},          /* 6 */
	{BR_ERR_UNEXPECTED, UNEXPECTED_MESSAGE},            /* 7.4 */
	{BR_ERR_BAD_CCS, ILLEGAL_PARAMETER},                /* 7.1 */
	{BR_ERR_BAD_ALERT, DECODE_ERROR},                   /* 7.2.2 */
	{BR_ERR_BAD_HANDSHAKE, DECODE_ERROR},               /* 7.2.2 */
	{BR_ERR_BAD_PARAM, DECODE_ERROR},                   /* 7.2.2 */
	{BR_ERR_LIMIT_EXCEEDED, DECODE_ERROR},              /* 7.2.2 */
	{BR_ERR_OVERSIZED_ID, DECODE_ERROR},                /* 7.4.1.3 */
	{BR_ERR_BAD_CIPHER_SUITE, ILLEGAL_PARAMETER},       /* 7.4.1.3 */
	{BR_ERR_BAD_COMPRESSION, ILLEGAL_PARAMETER},        /* 7.4.1.3 */
	{BR_ERR_BAD_FRAGLEN, ILLEGAL_PARAMETER},            /* RFC 6066, 4 */
	{BR_ERR_BAD_SECRENEG, HANDSHAKE_FAILURE},           /* RFC 5746, 3.4 */
	{BR_ERR_EXTRA_EXTENSION, UNSUPPORTED_EXTENSION},    /* 7.4.1.4 */
	{BR_ERR_BAD_SNI, ILLEGAL_PARAMETER},                /* RFC 6066, 3 */
	{BR_ERR_BAD_HELLO_DONE, DECODE_ERROR},              /* 7.4.5 */
	{BR_ERR_BAD_FINISHED, DECRYPT_ERROR},               /* 7.4.9 */
	{BR_ERR_RESUME_MISMATCH, ILLEGAL_PARAMETER},        /* 7.4.1.3 */
	{BR_ERR_INVALID_ALGORITHM, HANDSHAKE_FAILURE},      /* 7.2.2 */
	{BR_ERR_BAD_SIGNATURE, DECRYPT_ERROR},              /* 7.2.2 */
	{BR_ERR_WRONG_KEY_USAGE, UNSUPPORTED_CERTIFICATE},  /* 7.4.2 */
	{BR_ERR_NO_CLIENT_AUTH, HANDSHAKE_FAILURE},         /* 7.4.6 */
	{BR_ERR_X509_UNSUPPORTED, UNSUPPORTED_CERTIFICATE}, /* 7.2.2 */
	{BR_ERR_X509_LIMIT_EXCEEDED, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WRONG_KEY_TYPE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_TIME_UNKNOWN, INTERNAL_ERROR},
	{BR_ERR_X509_EXPIRED, CERTIFICATE_EXPIRED}, /* 7.2.2 */
	{BR_ERR_X509_CRITICAL_EXTENSION, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_FORBIDDEN_KEY_USAGE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WEAK_PUBLIC_KEY, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_NOT_TRUSTED, UNKNOWN_CA}, /* 7.2.2 */
};

/*
 * A length that can't be. With CBC it tells nothing that padding and MAC
 * don't (7.2.2, bad_record_mac): only what no record may exceed has an alert
 * of its own. With an AEAD the length of what is inside shows.
 */
static unsigned
describe_length(const br_ssl_engine_context *eng)
{
	int is_cbc = eng->in.vtable == &cbc_checked_in.inner;
	size_t max = is_cbc ? RECORD_MAX : PLAINTEXT_MAX;

	if (eng->incrypt && br_dec16be(eng->ibuf + 3) <= max) {
		return BAD_RECORD_MAC;
	}
	return RECORD_OVERFLOW;
}

static unsigned
describe(const br_ssl_engine_context *eng, int error)
{
	size_t u;

	if (error == BR_ERR_BAD_LENGTH) {
		return describe_length(eng);
	}
	for (u = 0; u < sizeof table / sizeof table[0]; u++) {
		if (table[u].error == error) {
			return table[u].description;
		}
	}

	/* What else can be wrong with a certificate is its encoding or a
	   signature; and what else there is, is our own fault. */
	return error > BR_ERR_X509_OK ? BAD_CERTIFICATE : INTERNAL_ERROR;
}

/* see context.h */
void
failure_tell(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	int error = br_ssl_engine_last_error(eng);

	if (tls12.failure_told || !br_ssl_engine_closed(eng) || error == 0) {
		return;
	}
	tls12.failure_told = 1;

	/* A record that was ready when the error came is still in the output
	   buffer; ssl_engine.c (sendrec_buf) has the rule to know one. */
	if (eng->oxc > eng->oxa) {
		outbox_add(eng->obuf + eng->oxa, eng->oxc - eng->oxa);
	}

	/* Either side has said its alert already. */
	if (error >= BR_ERR_RECV_FATAL_ALERT && tls12.refused == 0) {
		return;
	}
	tls12.alert_sent = (int)(tls12.refused != 0 ? tls12.refused
						    : describe(eng, error));
	outbox_add_alert(ALERT_FATAL, (unsigned)tls12.alert_sent);
}
