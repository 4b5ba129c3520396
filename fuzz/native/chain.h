/*
 * Chains of certificates in an input: each after its length, in two bytes,
 * of which no more is taken than there is.
 */
#ifndef CHAIN_H__
#define CHAIN_H__

#include <stddef.h>
#include <stdint.h>

/* Takes the next one off. Returns 0 at the end. */
int
chain_next(const uint8_t **data, size_t *size, const uint8_t **certificate,
	size_t *len);

/*
 * Says the whole chain to the engine, as its handshake would, in pieces of
 * `piece` bytes (0: each in one). Returns the verdict on it.
 */
unsigned
chain_present(const uint8_t *data, size_t size, size_t piece);

#endif
