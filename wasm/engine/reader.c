/*
 * A cursor over bytes that can't run past their end.
 */
#include "reader.h"

/* see reader.h */
void
reader_init(reader *in, const void *data, size_t len)
{
	in->data = data;
	in->left = len;
	in->failed = 0;
}

/* see reader.h */
const unsigned char *
reader_bytes(reader *in, size_t len)
{
	const unsigned char *bytes = in->data;

	if (in->failed || len > in->left) {
		in->failed = 1;
		in->left = 0;
		return NULL;
	}
	in->data += len;
	in->left -= len;
	return bytes;
}

static uint32_t
number(reader *in, size_t len)
{
	const unsigned char *bytes = reader_bytes(in, len);
	uint32_t value = 0;

	if (bytes == NULL) {
		return 0;
	}
	while (len-- > 0) {
		value = value << 8 | *bytes++;
	}
	return value;
}

/* see reader.h */
uint32_t
reader_u8(reader *in)
{
	return number(in, 1);
}

/* see reader.h */
uint32_t
reader_u16(reader *in)
{
	return number(in, 2);
}

/* see reader.h */
uint32_t
reader_u24(reader *in)
{
	return number(in, 3);
}

/* see reader.h */
uint32_t
reader_u32(reader *in)
{
	return number(in, 4);
}

static reader
vector(reader *in, size_t length_len)
{
	reader content;
	size_t len = number(in, length_len);

	content.data = reader_bytes(in, len);
	content.failed = in->failed;
	content.left = in->failed ? 0 : len;
	return content;
}

/* see reader.h */
reader
reader_vector8(reader *in)
{
	return vector(in, 1);
}

/* see reader.h */
reader
reader_vector16(reader *in)
{
	return vector(in, 2);
}

/* see reader.h */
reader
reader_vector24(reader *in)
{
	return vector(in, 3);
}

/* see reader.h */
int
reader_end(const reader *in)
{
	return !in->failed && in->left == 0;
}
