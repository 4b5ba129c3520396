/*
 * A client and a server of ours, and what is on its way between them.
 */
#ifndef PAIR_H__
#define PAIR_H__

#include <stddef.h>
#include <stdint.h>

typedef enum {
	TO_SERVER,
	TO_CLIENT
} direction;

typedef struct pair pair;

/* One of several, at the beginning or after the handshake. */
pair *
pair_begin(size_t which, int established);

/* How many bytes are on their way, and which; and of the first record. */
size_t
pair_waiting(pair *p, direction way);
const unsigned char *
pair_bytes(const pair *p, direction way);
size_t
pair_first(pair *p, direction way);

/* So many bytes arrive, if there are as many, and there is room. */
void
pair_pass(pair *p, direction way, size_t len);

/* Everything arrives, both ways, and is heard, until nothing moves. */
void
pair_run(pair *p);

/* What an attacker on the wire does. */
void
pair_drop(pair *p, direction way);
void
pair_repeat(pair *p, direction way);
void
pair_swap(pair *p, direction way);
void
pair_change(pair *p, direction way, size_t at, uint8_t by);
void
pair_split(pair *p, direction way, size_t at);
void
pair_inject(pair *p, direction way, const uint8_t *data, size_t len);

/* What a peer gone mad does: any record, under its keys if it has some. */
void
pair_seal(
	pair *p, direction way, uint8_t type, const uint8_t *data, size_t len);

/* What applications do. */
void
pair_say(pair *p, direction way, size_t len);
void
pair_hear(pair *p, direction way);
void
pair_close(pair *p, direction way);

void
pair_check(pair *p);

#endif
