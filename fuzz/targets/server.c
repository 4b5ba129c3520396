/*
 * A server, and a client that says anything.
 */
#include "one-side.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one_side(0, data, size);
	return 0;
}
