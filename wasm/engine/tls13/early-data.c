/*
 * Early data that is skipped. A server that refuses it can't know which of
 * the records are early data: those that it can't open, until it can open
 * one. Skipping that went on after that, or without a bound, would let
 * forged records pass for nothing.
 */
#include "bearssl.h"
#include "early-data.h"
#include "engine/errors.h"

/* see early-data.h */
int
early_data_skip(size_t *skippable, size_t len)
{
	if (*skippable == 0) {
		return BR_ERR_BAD_MAC;
	}
	if (len >= *skippable) {
		return ERR_TOO_MUCH_SKIPPED;
	}

	/* An empty record takes as much of the bound as its header. */
	*skippable -= len > 0 ? len : 1;
	return 0;
}
