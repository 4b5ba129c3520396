/*
 * The sum in a Finished (RFC 8446, 4.4.4), and in a binder (4.2.11.2).
 */
#ifndef TLS13_FINISHED_H__
#define TLS13_FINISHED_H__

#include "suites.h"

/*
 * Over a transcript, with the sender's traffic secret of the handshake, or
 * with the binder key. `out` has room for a hash value.
 */
void
finished_sum(const br_hash_class *hash, const unsigned char *secret,
	const unsigned char *transcript_hash, unsigned char *out);

/*
 * Is that the sum? The comparison takes the same way for any sum of the
 * right length. Returns 1 or 0.
 */
int
finished_matches(const br_hash_class *hash, const unsigned char *secret,
	const unsigned char *transcript_hash, const unsigned char *sum,
	size_t len);

/*
 * The peer's Finished, whose traffic secret that is, over the transcript so
 * far. Returns 0 or an error.
 */
int
finished_read(
	const unsigned char *secret, const unsigned char *body, size_t len);

#endif
