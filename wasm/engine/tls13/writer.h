/*
 * A cursor that messages of ours are written with. How long they get is
 * known before; one that outgrows its room is a mistake of ours, and traps.
 */
#ifndef TLS13_WRITER_H__
#define TLS13_WRITER_H__

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	unsigned char *data;
	size_t len, max;
} writer;

static inline void
writer_init(writer *out, unsigned char *data, size_t max)
{
	out->data = data;
	out->len = 0;
	out->max = max;
}

/* The next `len` bytes, to be filled in. */
static inline unsigned char *
writer_room(writer *out, size_t len)
{
	unsigned char *p = out->data + out->len;

	if (len > out->max - out->len) {
		__builtin_trap();
	}
	out->len += len;
	return p;
}

static inline void
writer_bytes(writer *out, const void *data, size_t len)
{
	unsigned char *p = writer_room(out, len);

	if (len > 0) {
		memcpy(p, data, len);
	}
}

/* Big-endian numbers. */
static inline void
writer_u8(writer *out, uint32_t value)
{
	*writer_room(out, 1) = (unsigned char)value;
}

static inline void
writer_u16(writer *out, uint32_t value)
{
	writer_u8(out, value >> 8);
	writer_u8(out, value);
}

static inline void
writer_u24(writer *out, uint32_t value)
{
	writer_u8(out, value >> 16);
	writer_u16(out, value);
}

static inline void
writer_u32(writer *out, uint32_t value)
{
	writer_u16(out, value >> 16);
	writer_u16(out, value);
}

/*
 * A vector whose length takes `size` bytes: what is written between the two
 * is in it. Returns what writer_close wants.
 */
static inline size_t
writer_open(writer *out, size_t size)
{
	writer_room(out, size);
	return out->len;
}

static inline void
writer_close(writer *out, size_t begin, size_t size)
{
	size_t len = out->len - begin;

	while (size-- > 0) {
		out->data[--begin] = (unsigned char)len;
		len >>= 8;
	}
	if (len > 0) {
		__builtin_trap();
	}
}

#endif
