/*
 * What shows on the wire: the suites of TLS 1.3, ours in front. ChaCha20
 * comes before AES, since constant-time AES is slow without special
 * instructions.
 */
#include "suites.h"

static const tls13_suite suites[] = {
	{0x1303, SUITE_CHACHA20_POLY1305, 32, &br_sha256_vtable,
		"TLS_CHACHA20_POLY1305_SHA256"},
	{0x1301, SUITE_AES_GCM, 16, &br_sha256_vtable,
		"TLS_AES_128_GCM_SHA256"},
	{0x1302, SUITE_AES_GCM, 32, &br_sha384_vtable,
		"TLS_AES_256_GCM_SHA384"},
};

#define SUITES (sizeof suites / sizeof suites[0])

/* see suites.h */
const tls13_suite *
suite_at(size_t n)
{
	return n < SUITES ? &suites[n] : NULL;
}

/* see suites.h */
const tls13_suite *
suite_of(uint32_t id)
{
	size_t u;

	for (u = 0; u < SUITES; u++) {
		if (suites[u].id == id) {
			return &suites[u];
		}
	}
	return NULL;
}
