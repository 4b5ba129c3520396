/*
 * What a server makes of a client's share, for each kind of group: see
 * `answer` in groups.h.
 */
#ifndef TLS13_EXCHANGES_H__
#define TLS13_EXCHANGES_H__

#include "groups.h"

/* ec-exchange.c: with an elliptic curve, `curve`. */
int
ec_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret);

/*
 * ec-exchange.c: the client's part. A key and its share; returns the private
 * key's length, or 0. Then, of a server's share, the secret; returns 0 or an
 * error.
 */
size_t
ec_share(
	const tls13_group *g, unsigned char *private_key, unsigned char *share);
int
ec_secret(const tls13_group *g, const unsigned char *private_key,
	size_t private_len, const unsigned char *share, unsigned char *secret);

/* hybrid.c: with ML-KEM-768 and X25519. */
int
hybrid_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret);

#endif
