/*
 * Handshake messages out of records: a message may be in pieces, and a
 * record may have several. What may come when is in one table; nothing else
 * is read.
 */
#include <string.h>
#include "bearssl.h"
#include "context.h"
#include "engine/hello/first-message.h"
#include "engine/hello/hello-room.h"

typedef struct {
	expectation when;
	unsigned char type;

	/* Longer ones are malformed. */
	uint32_t max;

	/* Gets the whole body; the transcript has it afterwards. */
	int (*read)(const unsigned char *body, size_t len);

	/* Or gets it in pieces, the last one with `left` 0. */
	int (*stream)(const unsigned char *data, size_t len, size_t left);
} row;

#define WHOLE_MAX 16384
#define REQUEST_MAX WHOLE_MAX
#define FINISHED_MAX SUITE_HASH_MAX
#define VERIFY_MAX (4 + 2 * SIGNATURE_MAX)

/* No buffer is needed for what is read as it comes: peer/ has its limits. */
#define STREAM_MAX 0xFFFFFF

static const row table[] = {
	{EXPECTS_CLIENT_HELLO, MESSAGE_CLIENT_HELLO, FIRST_MESSAGE_MAX,
		&server_read_hello, NULL},
	{EXPECTS_SECOND_CLIENT_HELLO, MESSAGE_CLIENT_HELLO, FIRST_MESSAGE_MAX,
		&server_read_hello, NULL},
	{EXPECTS_CLIENT_CERTIFICATE, MESSAGE_CERTIFICATE, STREAM_MAX, NULL,
		&server_read_certificate},
	{EXPECTS_CLIENT_VERIFY, MESSAGE_CERTIFICATE_VERIFY, VERIFY_MAX,
		&server_read_verify, NULL},
	{EXPECTS_CLIENT_FINISHED, MESSAGE_FINISHED, FINISHED_MAX,
		&server_read_finished, NULL},
	{EXPECTS_SERVER_HELLO, MESSAGE_SERVER_HELLO, WHOLE_MAX,
		&client_read_hello, NULL},
	{EXPECTS_EXTENSIONS, MESSAGE_ENCRYPTED_EXTENSIONS, WHOLE_MAX,
		&client_read_extensions, NULL},
	{EXPECTS_REQUEST_OR_CERTIFICATE, MESSAGE_CERTIFICATE_REQUEST,
		REQUEST_MAX, &client_read_request, NULL},
	{EXPECTS_REQUEST_OR_CERTIFICATE, MESSAGE_CERTIFICATE, STREAM_MAX, NULL,
		&client_read_certificate},
	{EXPECTS_SERVER_CERTIFICATE, MESSAGE_CERTIFICATE, STREAM_MAX, NULL,
		&client_read_certificate},
	{EXPECTS_SERVER_VERIFY, MESSAGE_CERTIFICATE_VERIFY, VERIFY_MAX,
		&client_read_verify, NULL},
	{EXPECTS_SERVER_FINISHED, MESSAGE_FINISHED, FINISHED_MAX,
		&client_read_finished, NULL},
	{EXPECTS_DATA, MESSAGE_NEW_SESSION_TICKET, WHOLE_MAX,
		&client_read_ticket, NULL},
	{EXPECTS_DATA, MESSAGE_KEY_UPDATE, 1, &key_update_read, NULL},
};

#if FIRST_MESSAGE_MAX > HELLO_ROOM_SERVER || WHOLE_MAX > HELLO_ROOM_CLIENT
#error "the message doesn't fit"
#endif

static const row *
find_row(unsigned type)
{
	size_t u;

	for (u = 0; u < sizeof table / sizeof table[0]; u++) {
		if (table[u].when == tls13.expects && table[u].type == type) {
			return &table[u];
		}
	}
	return NULL;
}

/* How many bytes of the record there are for something that lacks `due`. */
static size_t
available(size_t due)
{
	return tls13.in.left < due ? tls13.in.left : due;
}

static void
read_header(message *m)
{
	size_t len = available(MESSAGE_HEADER - m->header_len);

	memcpy(m->header + m->header_len, tls13.in.content, len);
	m->header_len += len;
	record_in_take(&tls13.in, len);
	m->len = (size_t)m->header[1] << 16 | (size_t)m->header[2] << 8 |
		 m->header[3];
}

/* Post-handshake messages are no part of it (RFC 8446, 4.4.1). */
static void
add_to_transcript(const void *data, size_t len)
{
	if (tls13.expects != EXPECTS_DATA) {
		transcript_add(&tls13.transcript, data, len);
	}
}

static void
forget(message *m)
{
	memset(m, 0, sizeof *m);
	tls13.in.partial = 0;
}

/*
 * The transcript is fed when the message has been read: Finished and
 * CertificateVerify are about all that came before them, and the first
 * ClientHello says what the transcript's hash is.
 */
static int
read_whole(message *m, const row *r, const unsigned char *body)
{
	message whole = *m;
	int in_handshake = tls13.expects != EXPECTS_DATA;
	int err;

	forget(m);
	err = r->read(body, whole.len);
	if (err == 0 && in_handshake) {
		transcript_add(&tls13.transcript, whole.header, MESSAGE_HEADER);
		transcript_add(&tls13.transcript, body, whole.len);
	}
	return err;
}

static int
read_body(message *m, const row *r)
{
	const unsigned char *data = tls13.in.content;
	size_t len = available(m->len - m->have);
	size_t left = m->len - m->have - len;

	if (r->stream != NULL) {
		if (m->have == 0) {
			add_to_transcript(m->header, MESSAGE_HEADER);
		}
		add_to_transcript(data, len);
		m->have += len;
		record_in_take(&tls13.in, len);
		if (left == 0) {
			forget(m);
		}
		return r->stream(data, len, left);
	}
	if (m->have > 0 || left > 0) {
		memcpy(hello_room + m->have, data, len);
		data = hello_room;
	}
	m->have += len;
	record_in_take(&tls13.in, len);
	return left == 0 ? read_whole(m, r, data) : 0;
}

/* see context.h */
int
messages_read(void)
{
	message *m = &tls13.message;

	do {
		const row *r;
		int err;

		if (m->header_len < MESSAGE_HEADER) {
			read_header(m);
		}
		r = find_row(m->header[0]);
		if (r == NULL) {
			return BR_ERR_UNEXPECTED;
		}
		tls13.in.partial = m->header_len + m->have;
		if (m->header_len < MESSAGE_HEADER) {
			return 0;
		}
		if (m->len > r->max) {
			return BR_ERR_BAD_HANDSHAKE;
		}
		if (tls13.in.left == 0 && m->len > m->have) {
			return 0;
		}
		err = read_body(m, r);
		if (err == 0) {
			tls13.in.partial = m->header_len + m->have;
			err = handshake_go_on();
		}
		if (err != 0) {
			return err;
		}

		/* A session that came waits for the host, and what is behind
		   it waits, too. Before there is a connection, a message that
		   is too many is an error. */
	} while (tls13.in.left > 0 &&
		 !(tls13.expects == EXPECTS_DATA && tls13.waits_for_keeper));
	return 0;
}
