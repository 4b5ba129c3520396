/*
 * The cursor over a peer's bytes (reader.h), one call at a time: a stack of
 * readers, of which the last one is read from.
 */
#include "engine/reader.h"
#include "export.h"

#define INPUT_MAX 70000
#define DEPTH_MAX 8

static unsigned char input[INPUT_MAX];
static reader stack[DEPTH_MAX];
static size_t depth;

EXPORT(reader_input) unsigned char *reader_input(void)
{
	return input;
}

EXPORT(reader_begin)
void
reader_begin(size_t len)
{
	depth = 0;
	reader_init(&stack[0], input, len);
}

/* A number of 1 to 4 bytes. */
EXPORT(reader_number)
uint32_t
reader_number(uint32_t len)
{
	reader *in = &stack[depth];

	switch (len) {
	case 1:
		return reader_u8(in);
	case 2:
		return reader_u16(in);
	case 3:
		return reader_u24(in);
	default:
		return reader_u32(in);
	}
}

/* Where the bytes are in the input, or -1. */
EXPORT(reader_take)
int32_t
reader_take(size_t len)
{
	const unsigned char *bytes = reader_bytes(&stack[depth], len);

	return bytes == NULL ? -1 : (int32_t)(bytes - input);
}

/* Into a vector whose length takes 1 to 3 bytes. */
EXPORT(reader_enter)
void
reader_enter(uint32_t len)
{
	reader *in = &stack[depth++];

	stack[depth] = len == 1   ? reader_vector8(in)
		       : len == 2 ? reader_vector16(in)
				  : reader_vector24(in);
}

EXPORT(reader_leave)
void
reader_leave(void)
{
	depth--;
}

EXPORT(reader_left)
size_t
reader_left(void)
{
	return stack[depth].left;
}

EXPORT(reader_failed)
int
reader_failed(void)
{
	return stack[depth].failed;
}

EXPORT(reader_is_at_end)
int
reader_is_at_end(void)
{
	return reader_end(&stack[depth]);
}
