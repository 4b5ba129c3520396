/*
 * See hello-room.h.
 */
#include "arena.h"
#include "bearssl.h"
#include "hello-room.h"

unsigned char *hello_room;

/* see hello-room.h */
int
hello_room_begin(size_t len)
{
	hello_room = arena_alloc(len);
	return hello_room != NULL ? 0 : BR_ERR_LIMIT_EXCEEDED;
}
