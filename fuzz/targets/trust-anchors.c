/*
 * Certificates that an operator trusts, whatever they are; and then the
 * first of them comes as the peer's, for which the others may vouch.
 */
#include <string.h>
#include "chain.h"
#include "check.h"
#include "host.h"
#include "engine/abi.h"

/* Alive with the anchors of test/recorded, and open for more. */
static const role roles[] = {
	{.profile = ENGINE_PROFILE_MODERN, .peer = PEER_MAY_COME, .open = 1},
	{.profile = ENGINE_PROFILE_LEGACY, .peer = PEER_MAY_COME, .open = 1},
	{.is_client = 1,
		.profile = ENGINE_PROFILE_LEGACY,
		.peer = PEER_MUST_COME,
		.name = "server.test",
		.open = 1},
};

#define ROLES (sizeof roles / sizeof roles[0])

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *rest = data + 2, *certificate;
	size_t left = size - 2, len;
	const host *h;
	int err;

	if (size < 2) {
		return 0;
	}
	h = host_at_start(&roles[data[0] % ROLES]);
	while (chain_next(&rest, &left, &certificate, &len)) {
		unsigned char *room = engine_alloc(len);

		CHECK(room != NULL);
		memcpy(room, certificate, len);
		engine_add_trust_anchor(room, len);
	}
	err = h->is->is_client
		      ? engine_verify_server(HOST_DAYS, HOST_SECONDS)
		      : engine_request_certificate(1, HOST_DAYS, HOST_SECONDS);
	if (err == 0) {
		chain_present(data + 2, size - 2, data[1]);
		host_ask_peer();
	}
	return 0;
}
