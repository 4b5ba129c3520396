/*
 * Groups that keys are exchanged in (RFC 8446, 4.2.7 and 4.2.8): a row each.
 */
#ifndef TLS13_GROUPS_H__
#define TLS13_GROUPS_H__

#include "context.h"

/* Those that have a name in the code. */
#define GROUP_X25519 0x001D
#define GROUP_X25519MLKEM768 0x11EC

/* A private key, and a point, of an elliptic curve: P-521's are the longest. */
#define GROUP_PRIVATE_MAX 66
#define GROUP_EC_SHARE_MAX 133

struct tls13_group {
	uint16_t id;
	size_t share_len;  /* the client's */
	size_t answer_len; /* the server's */
	size_t secret_len;

	/*
	 * The server's part: of a client's share, make the answer and the
	 * secret. Returns 0, or an error for a share that can't be.
	 */
	int (*answer)(const tls13_group *g, const unsigned char *share,
		unsigned char *answer, unsigned char *secret);

	int curve; /* BR_EC_*; 0 for the hybrid */
};

/* The n-th that is on offer, the best first; NULL after the last one. */
const tls13_group *
group_at(size_t n);

/* The group of that number; NULL if we have none. */
const tls13_group *
group_of(uint32_t id);

/* Is it one of those on offer? */
int
group_on_offer(const tls13_group *g);

#endif
