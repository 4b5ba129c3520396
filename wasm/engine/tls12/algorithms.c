/*
 * What BearSSL is told: the suites and versions on offer, and which
 * implementations stand behind them.
 */
#include "engine/abi.h"
#include "engine/connection.h"
#include "crypto/aes-simd.h"
#include "crypto/cbc-checked.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ghash-simd.h"
#include "crypto/poly1305-simd.h"
#include "inner.h"
#include "context.h"

static int
id_of(const br_hash_class *hash)
{
	return (int)(hash->desc >> BR_HASHDESC_ID_OFF & BR_HASHDESC_ID_MASK);
}

/*
 * Hash functions, for signatures (in TLS 1.2) and for the handshake. Only
 * TLS before 1.2 uses MD5.
 */
static void
set_hashes(br_ssl_engine_context *eng, int modern)
{
	const br_hash_class *const *hash = profile_hashes(conn.profile);

	if (!modern) {
		br_ssl_engine_set_hash(eng, br_md5_ID, &br_md5_vtable);
		br_ssl_engine_set_prf10(eng, &br_tls10_prf);
	}
	for (; *hash != NULL; hash++) {
		br_ssl_engine_set_hash(eng, id_of(*hash), *hash);
	}
	br_ssl_engine_set_prf_sha256(eng, &br_tls12_sha256_prf);
	br_ssl_engine_set_prf_sha384(eng, &br_tls12_sha384_prf);
}

static void
set_aead(br_ssl_engine_context *eng)
{
	br_ssl_engine_set_chapol(
		eng, &br_sslrec_in_chapol_vtable, &br_sslrec_out_chapol_vtable);
	br_ssl_engine_set_chacha20(eng, &chacha20_simd_run);
	br_ssl_engine_set_poly1305(eng, &poly1305_simd_run);
	br_ssl_engine_set_gcm(
		eng, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
	br_ssl_engine_set_aes_ctr(eng, &aes_simd_ctr_vtable);
	br_ssl_engine_set_ghash(eng, &ghash_simd);
	br_ssl_engine_set_ccm(
		eng, &br_sslrec_in_ccm_vtable, &br_sslrec_out_ccm_vtable);
	br_ssl_engine_set_aes_ctrcbc(eng, &aes_simd_ctrcbc_vtable);
}

static void
set_cbc(br_ssl_engine_context *eng)
{
	br_ssl_engine_set_cbc(eng, &cbc_checked_in, &br_sslrec_out_cbc_vtable);
	br_ssl_engine_set_aes_cbc(
		eng, &aes_simd_cbcenc_vtable, &aes_simd_cbcdec_vtable);
	br_ssl_engine_set_des_cbc(
		eng, &br_des_ct_cbcenc_vtable, &br_des_ct_cbcdec_vtable);
}

/* see context.h */
void
algorithms_set(br_ssl_engine_context *eng)
{
	const offer *offered = &conn.offer;
	int modern = conn.profile == ENGINE_PROFILE_MODERN ||
		     conn.profile == ENGINE_PROFILE_STRICT;
	unsigned max =
		conn.listed_max != 0 ? conn.listed_max : offered->max_version;

	br_ssl_engine_set_suites(eng, offered->suites, offered->suites_len);
	br_ssl_engine_set_versions(
		eng, offered->min_version, max < BR_TLS12 ? max : BR_TLS12);
	br_ssl_engine_add_flags(eng,
		BR_OPT_ENFORCE_SERVER_PREFERENCES | BR_OPT_NO_RENEGOTIATION);
	set_hashes(eng, modern);
	set_aead(eng);
	if (!modern) {
		set_cbc(eng);
	}
}
