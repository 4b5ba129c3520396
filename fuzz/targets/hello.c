/*
 * A server that has TLS 1.3 and 1.2, and a client that says anything: which
 * of the two it is may depend on what is said, and never on how it is cut.
 * The first byte chooses a role, the second one says in pieces of how many
 * bytes the rest comes (0: all).
 */
#include <string.h>
#include "check.h"
#include "host.h"
#include "engine/abi.h"
#include "roles13.h"

#define CHOICES 2
#define SENT_MAX (1 << 17)

typedef struct {
	unsigned char sent[SENT_MAX];
	size_t sent_len;
	uint32_t state, version;
	int error;
} account;

static void
play(account *a, const role *is, const uint8_t *data, size_t size, size_t piece)
{
	const host *h = host_at_start(is);

	a->sent_len = 0;
	while (size > 0) {
		size_t taken =
			host_receive(h, data, size < piece ? size : piece);

		a->sent_len += host_send(
			h, a->sent + a->sent_len, sizeof a->sent - a->sent_len);
		host_check(h);
		if (taken == 0) {
			break;
		}
		data += taken;
		size -= taken;
	}
	a->state = engine_state();
	a->version = engine_version();
	a->error = engine_last_error();
	host_check_sent(a->sent, a->sent_len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static account whole, pieces;
	const role *is;

	if (size < CHOICES) {
		return 0;
	}
	is = &roles13[data[0] % ROLES13];
	play(&whole, is, data + CHOICES, size - CHOICES, size);
	if (data[1] == 0) {
		return 0;
	}
	play(&pieces, is, data + CHOICES, size - CHOICES, data[1]);
	CHECK(whole.sent_len == pieces.sent_len &&
		memcmp(whole.sent, pieces.sent, whole.sent_len) == 0);
	CHECK(whole.version == pieces.version && whole.error == pieces.error);

	/* In the middle of a record or not: that alone follows from what was
	   not taken any more. */
	CHECK((whole.state & ENGINE_ESTABLISHED) ==
		(pieces.state & ENGINE_ESTABLISHED));
	return 0;
}
