/*
 * What a record's content is for.
 */
#include "bearssl.h"
#include "context.h"

static int
take_data(void)
{
	if (tls13.expects != EXPECTS_DATA) {
		return BR_ERR_UNEXPECTED;
	}
	if (tls13.in.left == 0) {
		record_in_take(&tls13.in, 0);
		return count_useless();
	}
	count_data();

	/* After engine_close what still comes is dropped; otherwise it waits
	   for the channel of data. */
	if (tls13.closing) {
		record_in_take(&tls13.in, tls13.in.left);
	}
	return 0;
}

/* see context.h */
int
dispatch(void)
{
	if (!tls13.in.is_open) {
		return 0;
	}

	/* After close_notify comes nothing (RFC 8446, 6.1). */
	if (tls13.peer_closed) {
		record_in_take(&tls13.in, tls13.in.left);
		return 0;
	}
	switch (tls13.in.type) {
	case RECORD_DATA:
		return take_data();
	case RECORD_ALERT:
		return alert_read();
	default:
		return messages_read();
	}
}
