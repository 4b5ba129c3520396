/*
 * Alerts (RFC 8446, 6): which one says what to the peer, and what the
 * peer's mean.
 */
#include "bearssl.h"
#include "context.h"
#include "engine/errors.h"

#define CLOSE_NOTIFY 0
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
#define INAPPROPRIATE_FALLBACK 86
#define USER_CANCELED 90
#define MISSING_EXTENSION 109
#define UNSUPPORTED_EXTENSION 110
#define CERTIFICATE_REQUIRED 116
#define NO_APPLICATION_PROTOCOL 120

/* Level and description; the level means nothing in TLS 1.3. */
#define ALERT_LENGTH 2

typedef struct {
	int error;
	unsigned char alert;
} row;

/* Sections are RFC 8446's where no other is named. */
static const row table[] = {
	{BR_ERR_UNSUPPORTED_VERSION, PROTOCOL_VERSION},    /* 4.2.1 */
	{BR_ERR_BAD_VERSION, PROTOCOL_VERSION},            /* 5.1 */
	{BR_ERR_TOO_LARGE, RECORD_OVERFLOW},               /* 5.1, 5.2 */
	{BR_ERR_BAD_MAC, BAD_RECORD_MAC},                  /* 5.2 */
	{BR_ERR_UNEXPECTED, UNEXPECTED_MESSAGE},           /* 4, 5 */
	{BR_ERR_BAD_ALERT, DECODE_ERROR},                  /* 6 */
	{BR_ERR_BAD_HANDSHAKE, DECODE_ERROR},              /* 6.2 */
	{BR_ERR_OVERSIZED_ID, DECODE_ERROR},               /* 6.2 */
	{BR_ERR_EXTRA_EXTENSION, DECODE_ERROR},            /* 4.2 */
	{BR_ERR_BAD_COMPRESSION, ILLEGAL_PARAMETER},       /* 4.1.2 */
	{BR_ERR_BAD_SNI, ILLEGAL_PARAMETER},               /* RFC 6066, 3 */
	{BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER},     /* RFC 8422, 5.1.2 */
	{BR_ERR_BAD_FINISHED, DECRYPT_ERROR},              /* 4.4.4 */
	{BR_ERR_BAD_SIGNATURE, DECRYPT_ERROR},             /* 4.4.3 */
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
	{BR_ERR_WRONG_KEY_USAGE, UNSUPPORTED_CERTIFICATE},
	{ERR_TOO_FRAGMENTED, DECODE_ERROR},
	{BR_ERR_X509_UNSUPPORTED, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_LIMIT_EXCEEDED, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WRONG_KEY_TYPE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_TIME_UNKNOWN, INTERNAL_ERROR},
	{BR_ERR_X509_EXPIRED, CERTIFICATE_EXPIRED},
	{BR_ERR_X509_CRITICAL_EXTENSION, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_FORBIDDEN_KEY_USAGE, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_WEAK_PUBLIC_KEY, UNSUPPORTED_CERTIFICATE},
	{BR_ERR_X509_NOT_TRUSTED, UNKNOWN_CA},
};

/* see context.h */
unsigned
alert_for(int error)
{
	size_t u;

	if (error >= BR_ERR_SEND_FATAL_ALERT) {
		return (unsigned)(error - BR_ERR_SEND_FATAL_ALERT);
	}
	if (error >= BR_ERR_RECV_FATAL_ALERT) {
		return 0;
	}
	for (u = 0; u < sizeof table / sizeof table[0]; u++) {
		if (table[u].error == error) {
			return table[u].alert;
		}
	}

	/* What else can be wrong with a certificate is its encoding or a
	   signature; and what else there is, is our own fault. */
	return error > BR_ERR_X509_OK ? BAD_CERTIFICATE : INTERNAL_ERROR;
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
