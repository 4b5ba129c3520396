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

/*
 * hybrid.c: the client's part, with the private key of an X25519 share that is
 * in the hello as well. The share of ML-KEM that goes with a seed; then, of a
 * server's share, the secret. Both return 0 or an error.
 */
int
hybrid_key(const unsigned char *seed, unsigned char *key);
int
hybrid_secret(const unsigned char *seed, const unsigned char *private_key,
	size_t private_len, const unsigned char *share, unsigned char *secret);

/* hybrid.c: with ML-KEM-768 and X25519. */
int
hybrid_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret);

#endif
