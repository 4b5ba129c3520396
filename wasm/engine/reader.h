/*
 * A cursor over bytes that came from a peer. It can't run past their end:
 * what asks for more than is left fails the reader, and a failed reader stays
 * failed, has nothing left, and gives zeros. So a structure is read from its
 * first field to its last without a check in between, and reader_end() is
 * asked once, at its end.
 */
#ifndef READER_H__
#define READER_H__

#include <stddef.h>
#include <stdint.h>

typedef struct {
	const unsigned char *data;
	size_t left;
	int failed;
} reader;

void
reader_init(reader *in, const void *data, size_t len);

/* Big-endian numbers. */
uint32_t
reader_u8(reader *in);
uint32_t
reader_u16(reader *in);
uint32_t
reader_u24(reader *in);
uint32_t
reader_u32(reader *in);

/* The next `len` bytes, which stay where they are; NULL on failure. */
const unsigned char *
reader_bytes(reader *in, size_t len);

/*
 * What a vector holds whose length takes 1, 2 or 3 bytes, as a reader of its
 * own. Its failures are not those of `in`: each of the two has its end, and
 * each end is to be checked. If `in` fails, both have failed.
 */
reader
reader_vector8(reader *in);
reader
reader_vector16(reader *in);
reader
reader_vector24(reader *in);

/* Was everything read, and nothing missing? */
int
reader_end(const reader *in);

#endif
