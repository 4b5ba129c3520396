/*
 * The peer's Certificate message (RFC 8446, 4.4.2), read as it comes: its
 * certificates go to peer/ piece by piece, and nothing of it is kept here.
 */
#include <string.h>
#include "bearssl.h"
#include "context.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "engine/peer/peer.h"

/* Bytes of each field that is a number; the certificate has its own length,
   and at the end nothing is missing. */
static const unsigned char number_len[FIELD_END + 1] = {
	[FIELD_CONTEXT] = 1,
	[FIELD_LIST] = 3,
	[FIELD_CERTIFICATE] = 3,
	[FIELD_EXTENSIONS] = 2,
};

/* Why the chain is over before its end; see peer/peer.h. */
static int refusal;

static void
note_refusal(int error)
{
	refusal = error;
}

static int
malformed(void)
{
	return BR_ERR_BAD_HANDSHAKE;
}

static void
expect_number(certificate_reader *r, certificate_field field)
{
	r->field = field;
	r->missing = number_len[field];
	r->value = 0;
}

/* See context.h. */
void
certificate_read_begin(void)
{
	memset(&tls13.certificates, 0, sizeof tls13.certificates);
	expect_number(&tls13.certificates, FIELD_CONTEXT);
	refusal = 0;
	peer_tell_failures(&note_refusal);
	(*conn.peer)->start_chain(conn.peer, NULL);
}

/* So many bytes of the list are used up. */
static int
use(certificate_reader *r, uint32_t len)
{
	if (len > r->list_left) {
		return malformed();
	}
	r->list_left -= len;
	return 0;
}

static int
begin_certificate(certificate_reader *r)
{
	int err = use(r, 3 + r->value);

	if (err != 0 || r->value == 0) {
		return malformed();
	}
	r->field = FIELD_DER;
	r->missing = r->value;
	(*conn.peer)->start_cert(conn.peer, r->value);
	return refusal;
}

/* We ask for none, so a certificate has none (4.4.2). */
static int
end_certificate(certificate_reader *r)
{
	int err = use(r, 2 + r->value);

	if (err != 0) {
		return err;
	}
	if (r->value != 0) {
		return ERR_UNSOLICITED_EXTENSION;
	}
	r->count++;
	expect_number(r, r->list_left > 0 ? FIELD_CERTIFICATE : FIELD_END);
	return 0;
}

/* A number is whole. */
static int
take_number(certificate_reader *r)
{
	switch (r->field) {
	case FIELD_CONTEXT:
		/* Ours is empty, in a handshake (4.3.2). */
		if (r->value != 0) {
			return ERR_BAD_CONTEXT;
		}
		expect_number(r, FIELD_LIST);
		return 0;
	case FIELD_LIST:
		r->list_left = r->value;
		expect_number(r, r->value > 0 ? FIELD_CERTIFICATE : FIELD_END);
		return 0;
	case FIELD_CERTIFICATE:
		return begin_certificate(r);
	default:
		return end_certificate(r);
	}
}

static int
take_byte(certificate_reader *r, unsigned char byte)
{
	r->value = r->value << 8 | byte;
	return --r->missing == 0 ? take_number(r) : 0;
}

static void
take_der(certificate_reader *r, const unsigned char *data, size_t len)
{
	(*conn.peer)->append(conn.peer, data, len);
	r->missing -= (uint32_t)len;
	if (r->missing == 0) {
		(*conn.peer)->end_cert(conn.peer);
		expect_number(r, FIELD_EXTENSIONS);
	}
}

/* see context.h */
int
certificate_read(const unsigned char *data, size_t len)
{
	certificate_reader *r = &tls13.certificates;

	while (len > 0) {
		size_t taken = 1;
		int err = 0;

		if (r->field == FIELD_END) {
			return malformed();
		}
		if (r->field == FIELD_DER) {
			taken = len < r->missing ? len : r->missing;
			take_der(r, data, taken);
		} else {
			err = take_byte(r, *data);
		}
		if (err != 0) {
			return err;
		}
		data += taken;
		len -= taken;
	}
	return 0;
}

/* see context.h */
int
certificate_read_end(size_t *count)
{
	certificate_reader *r = &tls13.certificates;

	*count = r->count;
	if (r->field != FIELD_END) {
		return malformed();
	}
	return r->count > 0 ? (int)(*conn.peer)->end_chain(conn.peer) : 0;
}
