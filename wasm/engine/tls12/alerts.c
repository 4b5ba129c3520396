/*
 * The last word: a fatal alert for an error on which BearSSL 0.6 would
 * close in silence (RFC 5246, 7.2.2: "the detecting party sends a message
 * to the other party").
 */
#include "engine/alerts.h"
#include "crypto/cbc-checked.h"
#include "inner.h"
#include "context.h"

/* RFC 5246, 6.2.1 and 6.2.3: what no record may have, nor any protected
   one. */
#define PLAINTEXT_MAX 16384
#define RECORD_MAX (16384 + 2048)

/* What TLS 1.3 says otherwise, or does not say. Sections are RFC 5246's
   where no other is named. */
static const alert_row rows[] = {
	{BR_ERR_UNKNOWN_TYPE, UNEXPECTED_MESSAGE},       /* 6 */
	{BR_ERR_BAD_CCS, ILLEGAL_PARAMETER},             /* 7.1 */
	{BR_ERR_BAD_PARAM, DECODE_ERROR},                /* 7.2.2 */
	{BR_ERR_LIMIT_EXCEEDED, DECODE_ERROR},           /* 7.2.2 */
	{BR_ERR_BAD_CIPHER_SUITE, ILLEGAL_PARAMETER},    /* 7.4.1.3 */
	{BR_ERR_BAD_FRAGLEN, ILLEGAL_PARAMETER},         /* RFC 6066, 4 */
	{BR_ERR_BAD_SECRENEG, HANDSHAKE_FAILURE},        /* RFC 5746, 3.4 */
	{BR_ERR_EXTRA_EXTENSION, UNSUPPORTED_EXTENSION}, /* 7.4.1.4 */
	{BR_ERR_BAD_HELLO_DONE, DECODE_ERROR},           /* 7.4.5 */
	{BR_ERR_RESUME_MISMATCH, ILLEGAL_PARAMETER},     /* 7.4.1.3 */
	{BR_ERR_INVALID_ALGORITHM, HANDSHAKE_FAILURE},   /* 7.2.2 */
	{BR_ERR_NO_CLIENT_AUTH, HANDSHAKE_FAILURE},      /* 7.4.6 */
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
	if (error == BR_ERR_BAD_LENGTH) {
		return describe_length(eng);
	}
	return alert_among(rows, sizeof rows / sizeof rows[0], error);
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
