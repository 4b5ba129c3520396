/*
 * Elliptic curves with keys that are used once.
 */
#include <string.h>
#include "exchanges.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/ec-checked.h"
#include "crypto/wipe.h"

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

/* see exchanges.h */
size_t
ec_share(const tls13_group *g, unsigned char *private_key, unsigned char *share)
{
	const br_ec_impl *ec = &ec_checked;
	br_ec_private_key sk;

	if (br_ec_keygen(&conn.random.vtable, ec, &sk, private_key, g->curve) ==
		0) {
		return 0;
	}
	ec->mulgen(share, sk.x, sk.xlen, g->curve);
	return sk.xlen;
}

/*
 * see exchanges.h; the secret is the product's X coordinate, with all its
 * leading zeros.
 */
int
ec_secret(const tls13_group *g, const unsigned char *private_key,
	size_t private_len, const unsigned char *share, unsigned char *secret)
{
	const br_ec_impl *ec = &ec_checked;
	unsigned char point[GROUP_EC_SHARE_MAX];
	uint32_t on_curve;
	size_t len, x;

	memcpy(point, share, g->share_len);
	on_curve = ec->mul(
		point, g->share_len, private_key, private_len, g->curve);
	x = ec->xoff(g->curve, &len);
	memcpy(secret, point + x, len);
	wipe(point, sizeof point);
	return on_curve == 0 || is_zero(secret, len) ? ERR_BAD_KEY_SHARE : 0;
}

/* see exchanges.h */
int
ec_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret)
{
	unsigned char private_key[GROUP_PRIVATE_MAX];
	size_t len = ec_share(g, private_key, answer);
	int err = BR_ERR_NO_RANDOM;

	if (len > 0) {
		err = ec_secret(g, private_key, len, share, secret);
	}
	wipe(private_key, sizeof private_key);
	return err;
}
