/*
 * A client, and a server that says anything.
 */
#include "one-side.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	one_side(1, data, size);
	return 0;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	return one_side_mutate(data, size, max, seed);
}
