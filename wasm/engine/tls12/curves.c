/*
 * The curves that keys may be exchanged over. BearSSL takes them from its
 * implementation of curves, and certificates' curves from it as well.
 */
#include "engine/connection.h"
#include "crypto/ec-checked.h"
#include "context.h"

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
verify_on_any_curve(const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *pk, const void *sig, size_t sig_len)
{
	(void)impl;
	return br_ecdsa_i31_vrfy_asn1(
		&ec_checked, hash, hash_len, pk, sig, sig_len);
}
