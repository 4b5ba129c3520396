/*
 * One side, and a peer that says the input. The first byte chooses a role
 * (roles.h), the second one says in pieces of how many bytes the rest comes
 * (0: all), and the third one how many pieces after the handshake's end this
 * side ends its direction (0: never).
 */
#ifndef ONE_SIDE_H__
#define ONE_SIDE_H__

#include <stddef.h>
#include <stdint.h>

void
one_side(int is_client, const uint8_t *data, size_t size);

/* A new input from an old one, for libFuzzer. */
size_t
one_side_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
