/*
 * Why a connection failed, where BearSSL has no number for it: most of these
 * are TLS 1.3's.
 * BearSSL's own end at 62, alerts begin at 256; src/sandbox/error-meanings.ts names
 * these to the user. Which alert says so to the peer: alerts.c, here and in tls13.
 */
#ifndef ERRORS_H__
#define ERRORS_H__

#define ERR_MISSING_EXTENSION 128  /* RFC 8446, 9.2 */
#define ERR_BAD_EXTENSION 129      /* twice, or where it may not be */
#define ERR_NO_COMMON_SUITE 130    /* RFC 8446, 4.1.1 */
#define ERR_NO_COMMON_GROUP 131    /* RFC 8446, 4.1.1 */
#define ERR_NO_COMMON_SCHEME 132   /* RFC 8446, 4.1.1 */
#define ERR_NO_COMMON_PROTOCOL 133 /* RFC 7301, 3.2 */
#define ERR_BAD_KEY_SHARE 134      /* not of that group */
#define ERR_BAD_RETRY 135          /* the second hello is not what we asked */
#define ERR_BAD_SCHEME 136         /* not one that we offered, or of that key */
#define ERR_NO_SIGNATURE 138       /* the keeper gave none */
#define ERR_RECORD_SPANS_KEYS 139  /* RFC 8446, 5.1 */
#define ERR_TOO_MANY 140           /* what is legal but useless */
#define ERR_TOO_MUCH_SKIPPED 141   /* early data, RFC 8446, 4.2.10 */
#define ERR_BAD_RECORD_LIMIT 142   /* RFC 8449, 4 */
#define ERR_BAD_CONTEXT 143        /* of a certificate request */
#define ERR_DOWNGRADE 144          /* RFC 8446, 4.1.3 */
#define ERR_ILLEGAL_VALUE 145      /* a field's value can't be */
#define ERR_BAD_RECORD_VERSION 146 /* of a protected record */
#define ERR_FALLBACK 147           /* RFC 7507 */
#define ERR_TOO_FRAGMENTED 148     /* a ClientHello in very many records */
#define ERR_UNSOLICITED_EXTENSION 149 /* RFC 8446, 4.2 */
#define ERR_BAD_BINDER 150            /* RFC 8446, 4.2.11.2 */
#define ERR_WRONG_CURVE 151           /* RFC 8422, 4: of a certificate's key */

/*
 * Of a peer's chain. The anchor that it leads to is not valid at this time;
 * a name in it is none that a CA above may certify (RFC 5280, 4.2.1.10);
 * whether it is, can't be told. And of an anchor: its key usage doesn't
 * allow it to sign certificates; it did not issue itself, and none of the
 * others issued it. Then what no CA may issue: rules.c and
 * issuer-rules.c.
 */
#define ERR_X509_ANCHOR_OUT_OF_DATE 160
#define ERR_X509_NAME_CONSTRAINT 161
#define ERR_X509_UNSUPPORTED_CONSTRAINT 162
#define ERR_X509_ANCHOR_MAY_NOT_SIGN 163
#define ERR_X509_SERIAL_NUMBER 164        /* RFC 5280, 4.1.2.2 */
#define ERR_X509_NAMES_NOT_CRITICAL 165   /* 4.1.2.6 */
#define ERR_X509_UNREADABLE_EXTENSION 166 /* 4.2.1.1, 4.2.2.1 */
#define ERR_X509_KEY_LENGTH 167           /* of RSA: not in whole bytes */
#define ERR_X509_ANCHOR_WITHOUT_ISSUER 168

#endif
