/*
 * A peer of TLS 1.3 that seals whatever it wants: it takes the keys out of
 * the engine that reads with them. What those keys didn't seal is never
 * heard as data.
 */
#ifndef SEALER_H__
#define SEALER_H__

#include "host.h"

/* One of the things that happen, with so many bytes of the input. */
typedef void (*sealer_operation)(
	unsigned operation, const uint8_t *data, size_t len);

/*
 * The input is a list of what happens, each an operation, a length in two
 * bytes, and so many bytes. Then the engine is closed.
 */
void
sealer_play(const role *is, const uint8_t *data, size_t size,
	sealer_operation operate);

/* Records as they are, or one in the clear. */
void
sealer_raw(const uint8_t *data, size_t len);
void
sealer_plain(unsigned type, const uint8_t *data, size_t len);

/* A record under the keys of the moment, if there are some: its inner
   plaintext, or the content of a type. */
void
sealer_inner(const uint8_t *inner, size_t len);
void
sealer_sealed(unsigned type, const uint8_t *data, size_t len);

/* The peer's right Finished, if it is its turn, with something behind it in
   its record. */
void
sealer_finished(const uint8_t *behind, size_t len);

/* The engine's side says something, or ends its direction. */
void
sealer_say(const uint8_t *data, size_t len);
void
sealer_end(void);

/* One of these, in this order; others than the first seven say something. */
void
sealer_operate(unsigned operation, const uint8_t *data, size_t len);

#endif
