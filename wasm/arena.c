#include <stdint.h>
#include "arena.h"

/* Set by the linker: the first byte after the static data. */
extern unsigned char __heap_base;

static uintptr_t next;
static int closed;

/* see arena.h */
void *
arena_alloc(size_t len)
{
	const uintptr_t page = 65536;
	uintptr_t end, have;

	if (next == 0) {
		next = (uintptr_t)&__heap_base;
	}
	next = (next + 15) & ~(uintptr_t)15;
	have = (uintptr_t)__builtin_wasm_memory_size(0) * page;
	end = next + len;
	if (closed || end < next) {
		return NULL;
	}
	if (end > have) {
		uintptr_t pages = (end - have + page - 1) / page;

		if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) {
			return NULL;
		}
	}

	/* Fresh WebAssembly memory is zero, and nothing is ever freed. */
	void *p = (void *)next;
	next = end;
	return p;
}

/* see arena.h */
void
arena_close(void)
{
	closed = 1;
}
