/*
 * Mutations that keep what is around them right: of one record's content,
 * or of one handshake message in it, and then all lengths are true again.
 */
#ifndef FRAMING_H__
#define FRAMING_H__

#include <stddef.h>
#include <stdint.h>

/*
 * Of a stream of records, `size` bytes of `max` that there is room for.
 * Returns the new size.
 */
size_t
framed_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
