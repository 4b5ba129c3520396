/*
 * One side, and a peer that says the input. The first byte chooses a role (roles.h),
 * the second one says in pieces of how many bytes the rest comes (0: all).
 */
#ifndef ONE_SIDE_H__
#define ONE_SIDE_H__

#include <stddef.h>
#include <stdint.h>

void
one_side(int is_client, const uint8_t *data, size_t size);

#endif
