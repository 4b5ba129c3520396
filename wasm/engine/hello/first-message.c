/*
 * See first-message.h. No protocol uses the buffer of records yet: the record
 * that comes is in it.
 */
#include <string.h>
#include "client-hello.h"
#include "first-message.h"
#include "hello-room.h"
#include "kept-records.h"
#include "engine/connection.h"
#include "inner.h"

#define RECORD_HEADER 5
#define RECORD_MAX 16384
#define RECORD_CCS 20
#define RECORD_HANDSHAKE 22
#define MAJOR_VERSION 3

/* As in tls12/idle-records.c. */
#define EMPTY_RECORDS_MAX 32

#if MESSAGE_HEADER + FIRST_MESSAGE_MAX > HELLO_ROOM_SERVER
#error "the message doesn't fit"
#endif

static unsigned char *const record = conn.records;

static const first_message_answers *answers;
static unsigned wanted_type;
static size_t body_max;
static size_t record_len; /* that has come */
static size_t message_len;
static unsigned ccs_left; /* that may still come */
static unsigned empty_records;
static unsigned char minor_version; /* of the first record */

/* see first-message.h */
void
first_message_begin(
	unsigned type, size_t max, const first_message_answers *to_call)
{
	answers = to_call;
	wanted_type = type;
	body_max = max;
	record_len = 0;
	message_len = 0;
	ccs_left = to_call->ccs_max;
	empty_records = 0;
}

static size_t
record_length(void)
{
	return br_dec16be(record + 3);
}

/* see first-message.h */
unsigned char *
first_message_room(size_t *len)
{
	*len = RECORD_HEADER - record_len;
	if (record_len >= RECORD_HEADER) {
		*len += record_length();
	}
	return record + record_len;
}

static size_t
room_for_message(void)
{
	return conn.is_client ? HELLO_ROOM_CLIENT : HELLO_ROOM_SERVER;
}

/* Could this still become a message that we can keep? All its records have
   the version of the first one. What is behind it in its last record may
   take as much room as the record has. */
static int
header_is_good(void)
{
	size_t len = record_length();

	if (message_len == 0) {
		minor_version = record[2];
	}
	return record[0] == RECORD_HANDSHAKE && record[1] == MAJOR_VERSION &&
	       record[2] == minor_version && len <= RECORD_MAX &&
	       message_len + len <= room_for_message();
}

/* In front of the message, and of one byte: see first-message.h. */
static int
may_mean_nothing(void)
{
	return record[0] == RECORD_CCS && record[1] == MAJOR_VERSION &&
	       record_length() == 1 && message_len == 0 && ccs_left > 0;
}

/* It is kept, so that the chosen protocol can judge it, too. */
static void
take_ccs(void)
{
	if (record[RECORD_HEADER] != 1) {
		answers->other();
		return;
	}
	ccs_left--;
	record_len = 0;
}

/* The length that the message says, header and all; 0: not known yet. */
static size_t
whole_length(const unsigned char *message, size_t len)
{
	if (len < MESSAGE_HEADER) {
		return 0;
	}
	return MESSAGE_HEADER +
	       ((size_t)message[1] << 16 | br_dec16be(message + 2));
}

static int
is_whole(const unsigned char *message, size_t len)
{
	size_t due = whole_length(message, len);

	return due != 0 && len >= due;
}

static void
take_record(void)
{
	const unsigned char *message = record + RECORD_HEADER;
	size_t len = record_length();
	size_t due;

	/* One that is whole in its record, as most are, stays there. */
	if (message_len > 0 || !is_whole(message, len)) {
		memcpy(hello_room + message_len, message, len);
		message = hello_room;
	}
	message_len += len;
	record_len = 0;
	due = whole_length(message, message_len);
	if (message[0] != wanted_type || due > MESSAGE_HEADER + body_max) {
		answers->other();
	} else if (is_whole(message, message_len)) {
		answers->whole(message + MESSAGE_HEADER, due - MESSAGE_HEADER);
	}
}

/* No server of any version sends one. A client's may belong to TLS 1.2, and
   BearSSL refuses the one that is too many. */
static void
take_empty_record(void)
{
	if (conn.is_client || ++empty_records > EMPTY_RECORDS_MAX) {
		answers->other();
	} else {
		record_len = 0;
	}
}

/* see first-message.h */
void
first_message_ack(size_t len)
{
	if (kept_records_append(record + record_len, len) != 0) {
		answers->limit();
		return;
	}
	record_len += len;
	if (record_len < RECORD_HEADER) {
		return;
	}
	if (may_mean_nothing()) {
		if (record_len > RECORD_HEADER) {
			take_ccs();
		}
	} else if (!header_is_good()) {
		answers->other();
	} else if (record_length() == 0) {
		take_empty_record();
	} else if (record_len == RECORD_HEADER + record_length()) {
		take_record();
	}
}

/* see first-message.h */
int
first_message_in_record(void)
{
	return record_len > 0;
}

/* see first-message.h */
int
first_message_is_empty(void)
{
	return record_len == RECORD_HEADER && record_length() == 0;
}

/* see first-message.h */
int
first_message_had_empty(void)
{
	return empty_records > 0;
}
