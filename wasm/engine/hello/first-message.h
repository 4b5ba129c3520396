/*
 * The peer's first handshake message, gathered out of records wherever it
 * was cut, before it is known which protocol will read it. The records are
 * kept besides (kept-records.h).
 */
#ifndef FIRST_MESSAGE_H__
#define FIRST_MESSAGE_H__

#include <stddef.h>

/* What the bytes so far are. */
typedef enum {
	FIRST_MESSAGE_MORE,  /* the beginning of one */
	FIRST_MESSAGE_WHOLE, /* all of it, and perhaps more in its record */
	FIRST_MESSAGE_OTHER, /* something else, or too long */
	FIRST_MESSAGE_LIMIT  /* in more records than are kept */
} first_message_state;

/* Longer messages are something else. */
#define FIRST_MESSAGE_MAX 16384

/*
 * Begin: a message of that type, whose body has at most `max` bytes. No
 * protocol may use conn.records while it is gathered.
 */
void
first_message_begin(unsigned type, size_t max);

/* Room for the next bytes of the network's. */
unsigned char *
first_message_room(size_t *len);

/* So many came. */
first_message_state
first_message_ack(size_t len);

/* Does a record stop in the middle? */
int
first_message_in_record(void);

/* Of a whole one: the body, without its header. */
const unsigned char *
first_message_body(size_t *len);

/* FIRST_MESSAGE_SCRATCH bytes of room, once the message is whole. */
#define FIRST_MESSAGE_SCRATCH 16384
unsigned char *
first_message_scratch(void);

#endif
