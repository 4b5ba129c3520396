/*
 * See alerts.h.
 */
#include "alerts.h"
#include "bearssl.h"

/* What all versions say. Sections are RFC 8446's, then RFC 5246's. */
static const alert_row table[] = {
	{BR_ERR_UNSUPPORTED_VERSION, PROTOCOL_VERSION},     /* 4.2.1; E.1 */
	{BR_ERR_BAD_VERSION, PROTOCOL_VERSION},             /* 5.1; 6.2.1 */
	{BR_ERR_TOO_LARGE, RECORD_OVERFLOW},                /* 5.1; 6.2.1 */
	{BR_ERR_BAD_MAC, BAD_RECORD_MAC},                   /* 5.2; 7.2.2 */
	{BR_ERR_UNEXPECTED, UNEXPECTED_MESSAGE},            /* 4, 5; 7.4 */
	{BR_ERR_BAD_ALERT, DECODE_ERROR},                   /* 6; 7.2.2 */
	{BR_ERR_BAD_HANDSHAKE, DECODE_ERROR},               /* 6.2; 7.2.2 */
	{BR_ERR_OVERSIZED_ID, DECODE_ERROR},                /* 6.2; 7.4.1.3 */
	{BR_ERR_BAD_COMPRESSION, ILLEGAL_PARAMETER},        /* 4.1.2; 7.4.1.3 */
	{BR_ERR_BAD_SNI, ILLEGAL_PARAMETER},                /* RFC 6066, 3 */
	{BR_ERR_BAD_FINISHED, DECRYPT_ERROR},               /* 4.4.4; 7.4.9 */
	{BR_ERR_BAD_SIGNATURE, DECRYPT_ERROR},              /* 4.4.3; 7.2.2 */
	{BR_ERR_WRONG_KEY_USAGE, UNSUPPORTED_CERTIFICATE},  /* 6.2; 7.4.2 */
	{BR_ERR_X509_UNSUPPORTED, UNSUPPORTED_CERTIFICATE}, /* 6.2; 7.2.2 */
	{BR_ERR_X509_LIMIT_EXCEEDED, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WRONG_KEY_TYPE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_TIME_UNKNOWN, INTERNAL_ERROR},
	{BR_ERR_X509_EXPIRED, CERTIFICATE_EXPIRED}, /* 6.2; 7.2.2 */
	{BR_ERR_X509_CRITICAL_EXTENSION, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_FORBIDDEN_KEY_USAGE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WEAK_PUBLIC_KEY, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_NOT_TRUSTED, UNKNOWN_CA}, /* 6.2; 7.2.2 */
};

static const alert_row *
row_of(const alert_row *rows, size_t n, int error)
{
	size_t u;

	for (u = 0; u < n; u++) {
		if (rows[u].error == error) {
			return &rows[u];
		}
	}
	return NULL;
}

/* see alerts.h */
unsigned
alert_among(const alert_row *own, size_t n, int error)
{
	const alert_row *row = row_of(own, n, error);

	if (row == NULL) {
		row = row_of(table, sizeof table / sizeof table[0], error);
	}
	if (row != NULL) {
		return row->description;
	}

	/* What else can be wrong with a certificate is its encoding or a
	   signature; and what else there is, is our own fault. */
	return error > BR_ERR_X509_OK ? BAD_CERTIFICATE : INTERNAL_ERROR;
}
