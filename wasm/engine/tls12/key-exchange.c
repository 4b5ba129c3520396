/*
 * The peer's half of an ephemeral key exchange. BearSSL's server goes on
 * with a random secret when it is no point of its curve, and neither side
 * minds a result of zeros, which X25519 gives for points of small order
 * (RFC 7748, 6.1; RFC 8422, 5.11): what comes of it is no secret.
 */
#include "engine/alerts.h"
#include "crypto/ec-checked.h"
#include "refusal.h"
#include "context.h"

static int
is_zero(const unsigned char *data, size_t len)
{
	unsigned char bits = 0;

	while (len-- > 0) {
		bits |= *data++;
	}
	return bits == 0;
}

static uint32_t
mul(unsigned char *point, size_t len, const unsigned char *x, size_t x_len,
	int curve)
{
	uint32_t good = ec_checked.mul(point, len, x, x_len, curve);

	if (good == 0 || (curve == BR_EC_curve25519 && is_zero(point, len))) {
		tls12.bad_share = 1;
		return 0;
	}
	return good;
}

/* see context.h */
void
key_exchange_set(br_ssl_engine_context *eng)
{
	static br_ec_impl exchange;

	exchange = ec_checked;
	exchange.mul = &mul;
	exchange.supported_curves &= curves_offered();
	br_ssl_engine_set_ec(eng, &exchange);
}

/* see context.h */
void
key_exchange_judge(void)
{
	int error = br_ssl_engine_last_error(&tls12.side.engine);

	/* BearSSL's client stops here by itself; what it found wrong besides
	   is not to be forgotten. */
	if (tls12.bad_share &&
		(error == 0 || error == BR_ERR_INVALID_ALGORITHM)) {
		tls12_refuse(BR_ERR_INVALID_ALGORITHM, ILLEGAL_PARAMETER);
	}
	tls12.bad_share = 0;
}
