/*
 * Keying material for other protocols: what was asked for is checked here,
 * and made by the protocol that is spoken.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"

/* see abi.h */
unsigned char *
engine_keep_exporter(void)
{
	conn.export_room = arena_alloc(ENGINE_EXPORT_ROOM);
	return conn.export_room;
}

/* Do a label that ends and a context fit into the room? */
static int
fits(size_t label_len, size_t context_len)
{
	return label_len > 0 && label_len <= ENGINE_LABEL_MAX &&
	       context_len <= ENGINE_EXPORT_MAX - label_len - 1 &&
	       strlen((const char *)conn.export_room) == label_len;
}

/* see abi.h */
int
engine_export(size_t label_len, size_t context_len, size_t len)
{
	unsigned char *room = conn.export_room;
	int has_context = context_len != ENGINE_NO_CONTEXT;
	export_request wanted;

	if (room == NULL || (conn.speaks->state() & ENGINE_ESTABLISHED) == 0) {
		return BR_ERR_BAD_STATE;
	}
	wanted.label = (const char *)room;
	wanted.context = has_context ? room + label_len + 1 : NULL;
	wanted.context_len = has_context ? context_len : 0;
	wanted.out = room + ENGINE_EXPORT_MAX;
	wanted.len = len;
	if (!fits(label_len, wanted.context_len) || len == 0 ||
		len > ENGINE_EXPORT_MAX) {
		return BR_ERR_BAD_PARAM;
	}
	conn.speaks->export_keys(&wanted);
	return 0;
}
