/*
 * What the engine wants of the host while it stands still.
 */
#include "abi.h"
#include "connection.h"

static host_request
wanted(void)
{
	host_request request = {0, 0, NULL, 0, 0};

	if ((engine_state() & ENGINE_AWAITS_KEEPER) != 0) {
		conn.speaks->request(&request);
	}
	return request;
}

/* see abi.h */
uint32_t
engine_request(void)
{
	return wanted().what;
}

/* see abi.h */
uint32_t
engine_request_scheme(void)
{
	return wanted().scheme;
}

/* see abi.h */
unsigned char *
engine_request_data(void)
{
	return wanted().data;
}

/* see abi.h */
size_t
engine_request_length(void)
{
	return wanted().len;
}

/* see abi.h */
size_t
engine_request_room(void)
{
	return wanted().room;
}

/* see abi.h */
void
engine_answer(size_t len)
{
	if (wanted().what == 0 || len > wanted().room) {
		__builtin_trap();
	}
	conn.speaks->answer(len);
}
