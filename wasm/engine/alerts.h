/*
 * Alerts: the registry's numbers, and which one tells the peer of an error.
 */
#ifndef ALERTS_H__
#define ALERTS_H__

#include <stddef.h>

/* AlertDescriptions (RFC 8446, 6; RFC 5246, 7.2; RFC 6066, 9; RFC 7301,
   3.2; RFC 7507, 3). */
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

typedef struct {
	int error;
	unsigned char description;
} alert_row;

/* The alert for an error, BearSSL's or one of errors.h: that of a protocol's
   own rows, or else what all versions say. */
unsigned
alert_among(const alert_row *own, size_t n, int error);

#endif
