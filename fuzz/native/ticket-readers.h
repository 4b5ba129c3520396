/*
 * What reads tickets in an engine, for the target `ticket`; the keeper's half
 * is there, since both have functions of the same names.
 */
#ifndef TICKET_READERS_H__
#define TICKET_READERS_H__

#include <stddef.h>

/* With room for `room` bytes and no more, for the sanitizer. */
unsigned char *
copy_of(const unsigned char *data, size_t len, size_t room);

int
is_blank(const unsigned char *data, size_t len);

/* As a server's state, a client's session, and the message that brings one. */
void
ticket_read_everywhere(const unsigned char *data, size_t len);

#endif
