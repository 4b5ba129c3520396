/*
 * A server that has TLS 1.3 or 1.2, and was brought to speak something older,
 * says so in its random, which Finished proves (RFC 8446, 4.1.3): a client that
 * has it, too, then knows that its offer was changed on the way. BearSSL
 * knows nothing of that; but it draws that random with one call, behind which
 * the linker puts this (--wrap).
 */
#include <string.h>
#include "engine/alerts.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "context.h"
#include "refusal.h"

/* BearSSL sets the first four bytes to zero, for the time. */
#define TIME_LEN 4

/* "DOWNGRD", and 1 for TLS 1.2 or 0 for what is older. */
#define SENTINEL_LEN 8

void
__real_br_hmac_drbg_generate(
	br_hmac_drbg_context *random, void *out, size_t len);
void
__wrap_br_hmac_drbg_generate(
	br_hmac_drbg_context *random, void *out, size_t len);

/* Could it be TLS 1.3, or 1.2, and is older? */
static int
is_lowered(const br_ssl_engine_context *eng)
{
	return conn.offer.max_version >= BR_TLS12 &&
	       eng->session.version < conn.offer.max_version;
}

void
__wrap_br_hmac_drbg_generate(
	br_hmac_drbg_context *random, void *out, size_t len)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	unsigned char *p = out;

	__real_br_hmac_drbg_generate(random, out, len);
	if (conn.is_client || !is_lowered(eng) ||
		p != eng->server_random + TIME_LEN) {
		return;
	}
	p += len - SENTINEL_LEN;
	memcpy(p, "DOWNGRD", SENTINEL_LEN - 1);
	p[SENTINEL_LEN - 1] = eng->session.version == BR_TLS12;
}

/* see context.h */
void
sentinel_judge(void)
{
	const br_ssl_engine_context *eng = &tls12.side.engine;
	const unsigned char *end =
		eng->server_random + sizeof eng->server_random - SENTINEL_LEN;

	if (conn.is_client && is_lowered(eng) &&
		memcmp(end, "DOWNGRD", SENTINEL_LEN - 1) == 0 &&
		end[SENTINEL_LEN - 1] <= 1) {
		tls12_refuse(ERR_DOWNGRADE, ILLEGAL_PARAMETER);
	}
}
