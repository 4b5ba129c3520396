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
};

#define GROUPS (sizeof groups / sizeof groups[0])

/* see groups.h */
const tls13_group *
group_at(size_t n)
{
	size_t u;

	if (conn.groups_len == 0) {
		return n < GROUPS ? &groups[n] : NULL;
	}

	/* Some may be for TLS up to 1.2 only. */
	for (u = 0; u < conn.groups_len; u++) {
		const tls13_group *g = group_of(conn.groups[u]);

		if (g != NULL && n-- == 0) {
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
