/*
 * Room for a handshake message in pieces. It has one user at a time:
 * first-message.c, until it is known which protocol is spoken, and from then
 * on that protocol (tls12/server-rules.c, tls13/messages.c).
 */
#ifndef HELLO_ROOM_H__
#define HELLO_ROOM_H__

#include <stddef.h>

/* For a ClientHello, and for any other message. */
#define HELLO_ROOM_SERVER (4 + 69958)
#define HELLO_ROOM_CLIENT 16384

extern unsigned char *hello_room;

/* Before the start. Returns 0 or an error. */
int
hello_room_begin(size_t len);

#endif
