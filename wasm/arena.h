/*
 * Memory that lasts as long as the instance: keys, certificate chains,
 * trust anchors. There is no free; an instance is dropped whole.
 */
#ifndef ARENA_H__
#define ARENA_H__

#include <stddef.h>
#include <string.h>

/*
 * `len` bytes, zeroed, aligned for any type. The linear memory grows when
 * it must: the host's views of it are stale afterwards. NULL when the
 * module's maximum is reached or the arena is closed.
 */
void *
arena_alloc(size_t len);

/* A copy of some bytes; NULL as above. */
static inline unsigned char *
arena_copy(const unsigned char *data, size_t len)
{
	unsigned char *p = arena_alloc(len);

	if (p != NULL) {
		memcpy(p, data, len);
	}
	return p;
}

/* From now on nothing is allocated: the memory has its final size. */
void
arena_close(void);

#endif
