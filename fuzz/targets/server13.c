/*
 * A server of TLS 1.3, and a client that seals whatever it wants; sealer.h
 * has what the input is. The first byte chooses a role.
 */
#include "check.h"
#include "recorded.h"
#include "roles13.h"
#include "sealer.h"
#include "engine/tls13/context.h"

static void
operate(unsigned operation, const uint8_t *data, size_t len)
{
	sealer_operate(operation % 8, data, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t signatures = recorded_signatures();

	if (size < 1) {
		return 0;
	}
	sealer_play(&roles13[data[0] % ROLES13], data + 1, size - 1, operate);
	CHECK(recorded_signatures() - signatures <= 1);
	return 0;
}
