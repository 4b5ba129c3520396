/*
 * What shows on the wire: versions and suites of each profile, in the
 * order of our preference, which always wins over the client's.
 */
#include "abi.h"
#include "connection.h"

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

/* Only the older profiles sign with SHA-1. */
static const br_hash_class *const hashes[] = {
	&br_sha1_vtable,
	&br_sha224_vtable,
	&br_sha256_vtable,
	&br_sha384_vtable,
	&br_sha512_vtable,
	NULL,
};

#define HASHES_OLD 2

/* Bytes of the smallest RSA modulus in the profile `modern`. */
#define MODERN_RSA_MIN 256

#define VERSION_TLS13 0x0304

static int
is_modern(unsigned profile)
{
	return profile == ENGINE_PROFILE_MODERN ||
	       profile == ENGINE_PROFILE_STRICT;
}

/* see connection.h */
int
profile_offer(unsigned profile, offer *offered)
{
	int modern = is_modern(profile);
	size_t u;

	if (profile > ENGINE_PROFILE_STRICT) {
		return BR_ERR_BAD_PARAM;
	}
	offered->min_version =
		profile == ENGINE_PROFILE_LEGACY ? BR_TLS10 : BR_TLS12;
	if (profile == ENGINE_PROFILE_STRICT) {
		offered->min_version = VERSION_TLS13;
	}
	offered->max_version = VERSION_TLS13;
	offered->suites_len = modern ? SUITES_MODERN : SUITES;
	for (u = 0; u < offered->suites_len; u++) {
		offered->suites[u] = suites[u].id;
	}
	return 0;
}

/* see connection.h */
const br_hash_class *const *
profile_hashes(unsigned profile)
{
	return hashes + (is_modern(profile) ? HASHES_OLD : 0);
}

/* see connection.h */
unsigned
profile_rsa_min(unsigned profile)
{
	return is_modern(profile) ? MODERN_RSA_MIN : 0;
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
