/*
 * Alerts (RFC 8446, 6): which one says what to the peer, and what the
 * peer's mean.
 */
#include "engine/alerts.h"
#include "bearssl.h"
#include "context.h"
#include "engine/errors.h"

/* Level and description; the level means nothing in TLS 1.3. */
#define ALERT_LENGTH 2

/* What older versions say otherwise, or do not say. Sections are RFC 8446's
   where no other is named. */
static const alert_row rows[] = {
	{BR_ERR_EXTRA_EXTENSION, DECODE_ERROR},            /* 4.2 */
	{BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER},     /* RFC 8422, 5.1.2 */
	{ERR_MISSING_EXTENSION, MISSING_EXTENSION},        /* 9.2 */
	{ERR_BAD_EXTENSION, ILLEGAL_PARAMETER},            /* 4.2 */
	{ERR_NO_COMMON_SUITE, HANDSHAKE_FAILURE},          /* 4.1.1 */
	{ERR_NO_COMMON_GROUP, HANDSHAKE_FAILURE},          /* 4.1.1 */
	{ERR_NO_COMMON_SCHEME, HANDSHAKE_FAILURE},         /* 4.1.1 */
	{ERR_NO_COMMON_PROTOCOL, NO_APPLICATION_PROTOCOL}, /* RFC 7301, 3.2 */
	{ERR_BAD_KEY_SHARE, ILLEGAL_PARAMETER},            /* 4.2.8 */
	{ERR_BAD_RETRY, ILLEGAL_PARAMETER},                /* 4.1.4 */
	{ERR_BAD_SCHEME, ILLEGAL_PARAMETER},               /* 4.4.3 */
	{BR_ERR_NO_CLIENT_AUTH, CERTIFICATE_REQUIRED},     /* 4.4.2.4 */
	{ERR_NO_SIGNATURE, HANDSHAKE_FAILURE},
	{ERR_RECORD_SPANS_KEYS, UNEXPECTED_MESSAGE}, /* 5.1 */
	{ERR_TOO_MANY, UNEXPECTED_MESSAGE},
	{ERR_TOO_MUCH_SKIPPED, BAD_RECORD_MAC},             /* 4.2.10 */
	{ERR_BAD_RECORD_LIMIT, ILLEGAL_PARAMETER},          /* RFC 8449, 4 */
	{ERR_BAD_CONTEXT, ILLEGAL_PARAMETER},               /* 4.4.2 */
	{ERR_DOWNGRADE, ILLEGAL_PARAMETER},                 /* 4.1.3 */
	{ERR_ILLEGAL_VALUE, ILLEGAL_PARAMETER},             /* 6.2 */
	{ERR_BAD_RECORD_VERSION, DECODE_ERROR},             /* 5.1 */
	{ERR_FALLBACK, INAPPROPRIATE_FALLBACK},             /* RFC 7507, 3 */
	{ERR_UNSOLICITED_EXTENSION, UNSUPPORTED_EXTENSION}, /* 4.4.2 */
	{ERR_BAD_BINDER, DECRYPT_ERROR},                    /* 4.2.11 */
	{ERR_TOO_FRAGMENTED, DECODE_ERROR},
};

/* see context.h */
unsigned
alert_for(int error)
{
	if (error >= BR_ERR_SEND_FATAL_ALERT) {
		return (unsigned)(error - BR_ERR_SEND_FATAL_ALERT);
	}
	if (error >= BR_ERR_RECV_FATAL_ALERT) {
		return 0;
	}
	return alert_among(rows, sizeof rows / sizeof rows[0], error);
}

/* see context.h */
int
alert_read(void)
{
	size_t len = tls13.in.left;
	unsigned description = len == ALERT_LENGTH ? tls13.in.content[1] : 0;

	/* One record, one alert (5.1). */
	record_in_take(&tls13.in, len);
	if (len != ALERT_LENGTH) {
		return BR_ERR_BAD_ALERT;
	}
	switch (description) {
	case CLOSE_NOTIFY:
		tls13.peer_closed = 1;
		return 0;
	case USER_CANCELED:
		return count_cancel();
	default:
		return BR_ERR_RECV_FATAL_ALERT + (int)description;
	}
}
