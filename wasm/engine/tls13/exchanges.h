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

/* hybrid.c: with ML-KEM-768 and X25519. */
int
hybrid_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret);

#endif
