/*
 * The groups that we have, the best first.
 */
#include "exchanges.h"
#include "engine/connection.h"
#include "crypto/mlkem.h"

/*
 * The hybrid is first: what is recorded today can't be opened by a quantum
 * computer later. P-384 takes us some milliseconds: it is for clients that
 * have nothing else.
 */
static const tls13_group groups[] = {
	{GROUP_X25519MLKEM768, MLKEM_KEY + 32, MLKEM_CIPHERTEXT + 32,
		MLKEM_SECRET + 32, &hybrid_answer, 0},
	{GROUP_X25519, 32, 32, 32, &ec_answer, BR_EC_curve25519},
	{0x0017, 65, 65, 32, &ec_answer, BR_EC_secp256r1},
	{0x0018, 97, 97, 48, &ec_answer, BR_EC_secp384r1},
	{0x0019, 133, 133, 66, &ec_answer, BR_EC_secp521r1},
};

#define GROUPS (sizeof groups / sizeof groups[0])

/*
 * P-521 is a client's alone: its one hello offers the curve to servers of TLS
 * 1.2, whose keys may be on it, and a server of TLS 1.3 may then take it.
 */
static int
is_for_us(const tls13_group *g)
{
	return conn.is_client || g->curve != BR_EC_secp521r1;
}

/* see groups.h */
const tls13_group *
group_at(size_t n)
{
	size_t u;

	if (conn.groups_len == 0) {
		return n < GROUPS && is_for_us(&groups[n]) ? &groups[n] : NULL;
	}

	/* Some may be for TLS up to 1.2 only. */
	for (u = 0; u < conn.groups_len; u++) {
		const tls13_group *g = group_of(conn.groups[u]);

		if (g != NULL && is_for_us(g) && n-- == 0) {
			return g;
		}
	}
	return NULL;
}

/* see groups.h */
const tls13_group *
group_of(uint32_t id)
{
	size_t u;

	for (u = 0; u < GROUPS; u++) {
		if (groups[u].id == id) {
			return &groups[u];
		}
	}
	return NULL;
}

/* see groups.h */
int
group_on_offer(const tls13_group *g)
{
	const tls13_group *offered;
	size_t n;

	for (n = 0; (offered = group_at(n)) != NULL; n++) {
		if (offered == g) {
			return 1;
		}
	}
	return 0;
}
