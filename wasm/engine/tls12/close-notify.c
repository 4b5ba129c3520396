/*
 * Half of a close, in either direction. BearSSL's close is of both at once:
 * it answers close_notify and takes no more data. So the peer's is kept
 * from it until we close, and our own, where the peer may go on, is written
 * here, behind all the records that BearSSL has for the network.
 */
#include "engine/alerts.h"
#include "engine/abi.h"
#include "inner.h"
#include "context.h"

/*
 * How many bytes of the input buffer are the peer's close_notify, and what
 * comes after it in a record of alerts? (RFC 5246, 7.2: level, then
 * description; `alert` is the level when a record ended after it.)
 */
static size_t
close_notify_waits(const br_ssl_engine_context *eng)
{
	size_t description = eng->alert != 0 ? 0 : 1;

	if (eng->record_type_in != BR_SSL_ALERT) {
		return 0;
	}
	for (; description < eng->hlen_in; description += 2) {
		if (eng->hbuf_in[description] == CLOSE_NOTIFY) {
			size_t level = description == 0 ? 0 : description - 1;

			return eng->hlen_in - level;
		}
	}
	return 0;
}

/*
 * A peer that says "no more from me" would lose the reply that is still on
 * its way, if BearSSL read it; so the alert stays in the input buffer,
 * unread, until engine_close; alerts before it are read. What goes out is
 * not concerned: the two buffers are disjoint.
 */
void
run_without_close_notify(void *t0ctx)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	int holds = !tls12.closing && eng->application_data == 1;
	size_t held = holds ? close_notify_waits(eng) : 0;

	if (held > 0) {
		tls12.peer_closed = 1;
		if (held == eng->hlen_in) {
			return;
		}
	}
	idle_records_progress();
	eng->hlen_in -= held;
	run_without_requests(t0ctx);
	eng->hlen_in += held;
	key_exchange_judge();
}

/* see context.h */
void
close_notify_prepare(void)
{
	if (!tls12.ending || tls12.end_prepared ||
		br_ssl_engine_closed(&tls12.side.engine)) {
		return;
	}
	tls12.end_prepared = 1;
	outbox_add_alert(ALERT_WARNING, CLOSE_NOTIFY);
}
