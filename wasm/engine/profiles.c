/*
 * What shows on the wire: versions and suites of each profile, in the
 * order of our preference, which always wins over the client's.
 */
#include "abi.h"
#include "connection.h"
#include "crypto/cbc-checked.h"
#include "crypto/aes-simd.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ghash-simd.h"
#include "crypto/poly1305-simd.h"

typedef struct {
	uint16_t id;
	const char *openssl_name;
} suite;

/*
 * ECDHE before static key exchange; then AEAD before CBC, ChaCha20 before
 * AES (constant-time AES is slow without special instructions), AES-128
 * before AES-256, GCM before CCM, full tags before short ones; 3DES last.
 * ECDSA and RSA never compete: a chain has one key.
 *
 * The first SUITES_MODERN are ECDHE with AEAD and make the profile
 * `modern`; `compat` and `legacy` offer all.
 */
static const suite suites[] = {
	{0xCCA9, "ECDHE-ECDSA-CHACHA20-POLY1305"},
	{0xCCA8, "ECDHE-RSA-CHACHA20-POLY1305"},
	{0xC02B, "ECDHE-ECDSA-AES128-GCM-SHA256"},
	{0xC02F, "ECDHE-RSA-AES128-GCM-SHA256"},
	{0xC02C, "ECDHE-ECDSA-AES256-GCM-SHA384"},
	{0xC030, "ECDHE-RSA-AES256-GCM-SHA384"},
	{0xC0AC, "ECDHE-ECDSA-AES128-CCM"},
	{0xC0AD, "ECDHE-ECDSA-AES256-CCM"},
	{0xC0AE, "ECDHE-ECDSA-AES128-CCM8"},
	{0xC0AF, "ECDHE-ECDSA-AES256-CCM8"},

	{0xC023, "ECDHE-ECDSA-AES128-SHA256"},
	{0xC027, "ECDHE-RSA-AES128-SHA256"},
	{0xC024, "ECDHE-ECDSA-AES256-SHA384"},
	{0xC028, "ECDHE-RSA-AES256-SHA384"},
	{0xC009, "ECDHE-ECDSA-AES128-SHA"},
	{0xC013, "ECDHE-RSA-AES128-SHA"},
	{0xC00A, "ECDHE-ECDSA-AES256-SHA"},
	{0xC014, "ECDHE-RSA-AES256-SHA"},
	{0xC02D, "ECDH-ECDSA-AES128-GCM-SHA256"},
	{0xC031, "ECDH-RSA-AES128-GCM-SHA256"},
	{0xC02E, "ECDH-ECDSA-AES256-GCM-SHA384"},
	{0xC032, "ECDH-RSA-AES256-GCM-SHA384"},
	{0xC025, "ECDH-ECDSA-AES128-SHA256"},
	{0xC029, "ECDH-RSA-AES128-SHA256"},
	{0xC026, "ECDH-ECDSA-AES256-SHA384"},
	{0xC02A, "ECDH-RSA-AES256-SHA384"},
	{0xC004, "ECDH-ECDSA-AES128-SHA"},
	{0xC00E, "ECDH-RSA-AES128-SHA"},
	{0xC005, "ECDH-ECDSA-AES256-SHA"},
	{0xC00F, "ECDH-RSA-AES256-SHA"},
	{0x009C, "AES128-GCM-SHA256"},
	{0x009D, "AES256-GCM-SHA384"},
	{0xC09C, "AES128-CCM"},
	{0xC09D, "AES256-CCM"},
	{0xC0A0, "AES128-CCM8"},
	{0xC0A1, "AES256-CCM8"},
	{0x003C, "AES128-SHA256"},
	{0x003D, "AES256-SHA256"},
	{0x002F, "AES128-SHA"},
	{0x0035, "AES256-SHA"},
	{0xC008, "ECDHE-ECDSA-DES-CBC3-SHA"},
	{0xC012, "ECDHE-RSA-DES-CBC3-SHA"},
	{0xC003, "ECDH-ECDSA-DES-CBC3-SHA"},
	{0xC00D, "ECDH-RSA-DES-CBC3-SHA"},
	{0x000A, "DES-CBC3-SHA"},
};

#define SUITES (sizeof suites / sizeof suites[0])
#define SUITES_MODERN 10

/*
 * Hash functions, for signatures (in TLS 1.2) and for the handshake. Only
 * the older profiles sign with SHA-1, and only TLS before 1.2 uses MD5.
 */
static void
set_hashes(br_ssl_engine_context *eng, int modern)
{
	if (!modern) {
		br_ssl_engine_set_hash(eng, br_md5_ID, &br_md5_vtable);
		br_ssl_engine_set_hash(eng, br_sha1_ID, &br_sha1_vtable);
		br_ssl_engine_set_hash(eng, br_sha224_ID, &br_sha224_vtable);
		br_ssl_engine_set_prf10(eng, &br_tls10_prf);
	}
	br_ssl_engine_set_hash(eng, br_sha256_ID, &br_sha256_vtable);
	br_ssl_engine_set_hash(eng, br_sha384_ID, &br_sha384_vtable);
	br_ssl_engine_set_hash(eng, br_sha512_ID, &br_sha512_vtable);
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

/* see connection.h */
int
profile_apply(br_ssl_engine_context *eng, unsigned profile)
{
	uint16_t ids[SUITES];
	size_t u, offered;
	int modern = profile == ENGINE_PROFILE_MODERN;

	if (profile > ENGINE_PROFILE_LEGACY) {
		return BR_ERR_BAD_PARAM;
	}
	conn.profile = profile;
	offered = modern ? SUITES_MODERN : SUITES;
	for (u = 0; u < offered; u++) {
		ids[u] = suites[u].id;
	}
	br_ssl_engine_set_suites(eng, ids, offered);
	br_ssl_engine_set_versions(eng,
		profile == ENGINE_PROFILE_LEGACY ? BR_TLS10 : BR_TLS12,
		BR_TLS12);
	br_ssl_engine_set_all_flags(eng,
		BR_OPT_ENFORCE_SERVER_PREFERENCES | BR_OPT_NO_RENEGOTIATION);
	set_hashes(eng, modern);
	set_aead(eng);
	if (!modern) {
		set_cbc(eng);
	}
	return br_ssl_engine_last_error(eng);
}

/* see connection.h */
const char *
suite_name(unsigned id)
{
	size_t u;

	for (u = 0; u < SUITES; u++) {
		if (suites[u].id == id) {
			return suites[u].openssl_name;
		}
	}
	return "";
}
