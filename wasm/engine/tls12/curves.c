/*
 * The curves that keys may be exchanged over. BearSSL takes them from its
 * implementation of curves, and certificates' curves from it as well.
 */
#include "engine/alerts.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/ec-checked.h"
#include "context.h"
#include "refusal.h"

/* see context.h */
uint32_t
curves_offered(void)
{
	uint32_t offered = 0;
	size_t u;

	if (conn.groups_len == 0) {
		return ec_checked.supported_curves;
	}
	for (u = 0; u < conn.groups_len; u++) {
		if (conn.groups[u] < 32) {
			offered |= (uint32_t)1 << conn.groups[u];
		}
	}
	return offered;
}

/* see context.h */
uint32_t
verify_on_offered_curve(const br_ec_impl *impl, const void *hash,
	size_t hash_len, const br_ec_public_key *pk, const void *sig,
	size_t sig_len)
{
	if ((curves_offered() >> pk->curve & 1) == 0) {
		tls12_refuse(ERR_WRONG_CURVE, ILLEGAL_PARAMETER);
		return 0;
	}
	return br_ecdsa_i31_vrfy_asn1(impl, hash, hash_len, pk, sig, sig_len);
}

/* see context.h */
uint32_t
verify_on_any_curve(const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *pk, const void *sig, size_t sig_len)
{
	(void)impl;
	return br_ecdsa_i31_vrfy_asn1(
		&ec_checked, hash, hash_len, pk, sig, sig_len);
}
