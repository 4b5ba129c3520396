/*
 * See context.h. There is at most our close_notify, then what BearSSL had
 * to send when it failed, and then the alert that tells of the failure.
 */
#include "inner.h"
#include "context.h"

#define PIECES 3
#define ALERTS 2

typedef struct {
	unsigned char *data;
	size_t len;
} piece;

static piece pieces[PIECES];
static size_t first, added;

static unsigned char alerts[ALERTS][ALERT_HEADROOM + ALERT_TAILROOM];
static size_t alerts_sealed;

/* see context.h */
void
outbox_add(unsigned char *records, size_t len)
{
	pieces[added].data = records;
	pieces[added].len = len;
	added++;
}

/* see context.h */
void
outbox_add_alert(unsigned level, unsigned description)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	unsigned char *payload = alerts[alerts_sealed++] + ALERT_HEADROOM;
	unsigned char *record;
	size_t len = 2;

	payload[0] = (unsigned char)level;
	payload[1] = (unsigned char)description;
	record = eng->out.vtable->encrypt(&eng->out.vtable, BR_SSL_ALERT,
		eng->version_out, payload, &len);
	outbox_add(record, len);
}

/* see context.h */
unsigned char *
outbox_buf(size_t *len)
{
	if (first == added) {
		*len = 0;
		return NULL;
	}
	*len = pieces[first].len;
	return pieces[first].data;
}

/* see context.h */
void
outbox_ack(size_t len)
{
	pieces[first].data += len;
	pieces[first].len -= len;
	if (pieces[first].len == 0) {
		first++;
	}
}
