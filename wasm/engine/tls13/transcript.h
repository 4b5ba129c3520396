/*
 * The running hash of all handshake messages, each with its header (RFC
 * 8446, 4.4.1). messages.c feeds it with the peer's, flight.c with ours.
 */
#ifndef TLS13_TRANSCRIPT_H__
#define TLS13_TRANSCRIPT_H__

#include <stddef.h>
#include "bearssl.h"

typedef struct {
	br_hash_compat_context running;
} transcript;

/* Begin, with the hash of the suite. */
void
transcript_begin(transcript *t, const br_hash_class *hash);

/* Has it begun? Until then there is no suite. */
int
transcript_begun(const transcript *t);

void
transcript_add(transcript *t, const void *data, size_t len);

/* The hash value so far. It goes on afterwards. */
void
transcript_hash(const transcript *t, unsigned char *out);

/*
 * The first ClientHello, which is all there is, becomes a message_hash: a
 * HelloRetryRequest follows.
 */
void
transcript_retry(transcript *t);

#endif
