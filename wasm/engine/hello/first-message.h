/*
 * The peer's first handshake message, gathered out of records wherever it
 * was cut, before it is known which protocol will read it. The records are
 * kept besides (kept-records.h).
 */
#ifndef FIRST_MESSAGE_H__
#define FIRST_MESSAGE_H__

#include <stddef.h>

/* What to do when it is known what came; one of them is called, once. */
typedef struct {
	/* All of it, without its header; more may be in its record. */
	void (*whole)(const unsigned char *body, size_t len);
	/* Something else, or too long. */
	void (*other)(void);
	/* In more records than are kept. */
	void (*limit)(void);
	/* So many records of one byte 1, that ChangeCipherSpec of TLS 1.2, may
	   stand in front and mean nothing (RFC 8446, 5). */
	unsigned ccs_max;
} first_message_answers;

/*
 * A ClientHello with any extensions that fit in one (RFC 8446, 4.1.2), and
 * with 2,048 suites. Longer messages are something else: no client sends one,
 * and memory costs time when it is wiped, even if it was never used.
 */
#define FIRST_MESSAGE_MAX \
	(2 + 32 + (1 + 32) + (2 + 4096) + (1 + 255) + (2 + 65535))

/*
 * Begin: a message of that type, whose body has at most `max` bytes. No
 * protocol may use conn.records or hello_room while it is gathered.
 */
void
first_message_begin(
	unsigned type, size_t max, const first_message_answers *answers);

/* Room for the next bytes of the network's. */
unsigned char *
first_message_room(size_t *len);

/* So many came. */
void
first_message_ack(size_t len);

/* Does a record stop in the middle? */
int
first_message_in_record(void);

/* Of the record that is something else: has it no content? */
int
first_message_is_empty(void);
/* Was one of its records empty? BearSSL overlooks that; TLS 1.3 forbids it
   (RFC 8446, 5.1). */
int
first_message_had_empty(void);

#endif
