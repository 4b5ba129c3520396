/*
 * What a ClientHello says (RFC 5246, 7.4.1.2; RFC 8446, 4.1.2), read in
 * place. Only the frame is read: what is in an extension is the business of
 * the code that asks for it.
 */
#ifndef CLIENT_HELLO_H__
#define CLIENT_HELLO_H__

#include "engine/reader.h"

/* In the message's header. */
#define CLIENT_HELLO_TYPE 1
#define MESSAGE_HEADER 4

typedef struct {
	uint32_t version; /* legacy_version, where there is a newer way */
	const unsigned char *random;
	reader session_id;
	reader suites;
	reader compressions;
	reader extensions;
} client_hello;

/*
 * Read the message, without its header. Returns 0 if its lengths don't fit
 * in each other.
 */
int
client_hello_read(client_hello *out, const unsigned char *body, size_t len);

/* Does it want TLS 1.3 (RFC 8446, 4.2.1)? */
int
client_hello_offers_tls13(const client_hello *hello);

/*
 * The list of versions goes before the field for one (RFC 8446, 4.2.1).
 * Returns 0 if there is none; else `newest` is the newest version on it of
 * those from `min` to `max`, or 0.
 */
int
client_hello_lists_versions(const client_hello *hello, unsigned min,
	unsigned max, unsigned *newest);

/*
 * The curves that the client has not, when it says which it has (RFC 8422,
 * 5.1.1): a bit for each number under 32.
 */
uint32_t
client_hello_lacks_curves(const client_hello *hello);

/*
 * Does it break a rule that BearSSL lets pass? Returns 0, or the error; then
 * `alert` is the one that tells the client. With `is_tls13`, extensions that
 * are only for older versions may say anything.
 */
int
client_hello_judge(const client_hello *hello, int is_tls13, unsigned *alert);

#endif
