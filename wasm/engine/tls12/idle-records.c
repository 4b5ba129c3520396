/*
 * Records that say nothing: empty ones, warnings, and the hellos of
 * handshakes that are refused. Each costs its sender little and us some
 * work, and none of them ends the connection. So only a few of them may
 * follow each other.
 */
#include "inner.h"
#include "context.h"

/* BoringSSL draws the line for empty records at the same number. */
#define IDLE_RECORDS_MAX 32

/* see context.h */
void
idle_records_count(void)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	size_t len;

	/* While we close, what comes is dropped, whatever it is. */
	if (tls12.closing || br_ssl_engine_closed(eng)) {
		return;
	}
	if (br_ssl_engine_recvapp_buf(eng, &len) != NULL ||
		tls12.was_open != (eng->application_data != 0)) {
		/* Data, or the end of the handshake. */
		tls12.was_open = eng->application_data != 0;
		tls12.idle_records = 0;
		return;
	}

	/* BearSSL counts a record's bytes from its header's first one: a
	   record has just been used up, and the next one has not begun. Data
	   before the handshake's end is unexpected, even none. */
	if (eng->ixa == 0 && eng->application_data == 0 &&
		eng->record_type_in == BR_SSL_APPLICATION_DATA) {
		br_ssl_engine_fail(eng, BR_ERR_UNEXPECTED);
	}
	if (eng->ixa == 0 && ++tls12.idle_records > IDLE_RECORDS_MAX) {
		br_ssl_engine_fail(eng, BR_ERR_UNEXPECTED);
	}
}

/* see context.h */
void
idle_records_progress(void)
{
	const br_ssl_engine_context *eng = &tls12.side.engine;

	if (eng->application_data == 0 && eng->record_type_in != BR_SSL_ALERT) {
		tls12.idle_records = 0;
	}
}
