/*
 * A client and a server of ours, and what is on its way between them.
 */
#ifndef PAIR_H__
#define PAIR_H__

#include <stddef.h>
#include <stdint.h>
#include "line.h"

typedef enum {
	TO_SERVER,
	TO_CLIENT
} direction;

typedef struct pair pair;

/* One of several, at the beginning or after the handshake. */
pair *
pair_begin(size_t which, int established);

/* What is on its way; and the same, to do something to it. */
const line *
pair_line(pair *p, direction way);
line *
pair_tamper(pair *p, direction way);

/* So many bytes arrive, if there are as many, and there is room. */
void
pair_pass(pair *p, direction way, size_t len);

/* Everything arrives, both ways, and is heard, until nothing moves. */
void
pair_run(pair *p);

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
pair_end(pair *p, direction way);

void
pair_check(pair *p);

#endif
