/*
 * A peer's chain of certificates. No input can make a new one that is
 * accepted: an accepted peer has a key of test/recorded.
 */
#include <string.h>
#include "chain.h"
#include "check.h"
#include "host.h"
#include "recorded.h"
#include "engine/abi.h"
#include "engine/peer/peer.h"

static const role roles[] = {
	{.profile = ENGINE_PROFILE_MODERN,
		.key = "p256",
		.peer = PEER_MUST_COME},
	{.profile = ENGINE_PROFILE_LEGACY,
		.key = "p256",
		.peer = PEER_MAY_COME},
	{.is_client = 1,
		.profile = ENGINE_PROFILE_MODERN,
		.peer = PEER_MUST_COME,
		.name = "server.test"},
	{.is_client = 1,
		.profile = ENGINE_PROFILE_LEGACY,
		.peer = PEER_MUST_COME},
	{.is_client = 1, .profile = ENGINE_PROFILE_LEGACY},
};

#define ROLES (sizeof roles / sizeof roles[0])

static int
is_recorded(const certificate *cert)
{
	static const char *const names[] = {"rsa", "p256", "p384", "p521",
		"intermediate", "root", "rsa-root"};
	size_t u;

	for (u = 0; u < sizeof names / sizeof names[0]; u++) {
		const bytes *der = recorded_certificate(names[u]);
		certificate known;

		CHECK(certificate_parse(&known, der->data, der->len));
		if (known.spki.len == cert->spki.len &&
			memcmp(known.spki.data, cert->spki.data,
				known.spki.len) == 0) {
			return 1;
		}
	}
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const host *h;
	certificate cert;
	der whole;

	if (size < 2) {
		return 0;
	}
	h = host_at_start(&roles[data[0] % ROLES]);
	if (chain_present(data + 2, size - 2, data[1]) == 0 &&
		h->is->peer != PEER_NOT_ASKED) {
		CHECK(peer_certificate(&whole, &cert));
		CHECK(is_recorded(&cert));
	}
	host_ask_peer();
	return 0;
}
