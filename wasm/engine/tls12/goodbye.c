/*
 * Half of a close: our close_notify goes out, and the peer's data still
 * comes in. BearSSL's own close takes no more data, so the alert is written
 * here, behind all the records that BearSSL has for the network.
 */
#include <string.h>
#include "engine/abi.h"
#include "engine/connection.h"
#include "inner.h"

/* RFC 5246, 7.2. */
#define ALERT_WARNING 1
#define CLOSE_NOTIFY 0

/* see abi.h */
void
engine_end(void)
{
	br_ssl_engine_context *eng = &conn.side.engine;

	if (eng->application_data != 1 || br_ssl_engine_closed(eng)) {
		return;
	}
	br_ssl_engine_flush(eng, 0);
	conn.goodbye.wanted = 1;
}

/* see connection.h */
void
goodbye_prepare(void)
{
	br_ssl_engine_context *eng = &conn.side.engine;
	goodbye *bye = &conn.goodbye;
	unsigned char *payload = bye->alert + ALERT_HEADROOM;
	size_t len = 2;

	if (!bye->wanted || bye->prepared || br_ssl_engine_closed(eng)) {
		return;
	}
	bye->prepared = 1;
	payload[0] = ALERT_WARNING;
	payload[1] = CLOSE_NOTIFY;
	bye->record = eng->out.vtable->encrypt(&eng->out.vtable, BR_SSL_ALERT,
		eng->version_out, payload, &len);
	bye->record_len = len;
}

/* see connection.h */
void
goodbye_ack(size_t len)
{
	conn.goodbye.record += len;
	conn.goodbye.record_len -= len;
}
