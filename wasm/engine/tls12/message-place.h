/*
 * Where the peer is in its handshake messages, byte by byte, for those who look
 * at them beside BearSSL.
 */
#ifndef MESSAGE_PLACE_H__
#define MESSAGE_PLACE_H__

#include <stdint.h>

/* RFC 5246, 7.4: type, and three bytes of length. */
#define MESSAGE_HEADER 4

/* All 0 before the first message. */
typedef struct {
	unsigned char type;
	unsigned header; /* bytes of the header, so far; 0 between messages */
	uint32_t done;   /* bytes of the body, so far */
	uint32_t due;    /* bytes of the body, still */
} message_place;

/* One more byte of the peer's has come. */
void
message_step(message_place *at, unsigned char byte);

#endif
