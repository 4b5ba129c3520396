/*
 * Elliptic curves with keys that are used once.
 */
#include <string.h>
#include "exchanges.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/ec-checked.h"
#include "crypto/wipe.h"

/* A private key, and a point: P-384's are the longest. */
#define EC_PRIVATE_MAX 48
#define EC_POINT_MAX 97

/* The secret of X25519 is zero for points of small order (7.4.2). */
static int
is_zero(const unsigned char *data, size_t len)
{
	unsigned char any = 0;

	while (len-- > 0) {
		any |= *data++;
	}
	return any == 0;
}

/*
 * see exchanges.h; the secret is the product's X coordinate, with all its
 * leading zeros.
 */
int
ec_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret)
{
	const br_ec_impl *ec = &ec_checked;
	unsigned char private_key[EC_PRIVATE_MAX];
	unsigned char point[EC_POINT_MAX];
	br_ec_private_key sk;
	size_t len, x;
	uint32_t on_curve;

	if (br_ec_keygen(&conn.random.vtable, ec, &sk, private_key, g->curve) ==
		0) {
		return BR_ERR_NO_RANDOM;
	}
	ec->mulgen(answer, sk.x, sk.xlen, g->curve);
	memcpy(point, share, g->share_len);
	on_curve = ec->mul(point, g->share_len, sk.x, sk.xlen, g->curve);
	x = ec->xoff(g->curve, &len);
	memcpy(secret, point + x, len);
	wipe(private_key, sizeof private_key);
	wipe(point, sizeof point);
	if (on_curve == 0 || is_zero(secret, len)) {
		return ERR_BAD_KEY_SHARE;
	}
	return 0;
}
