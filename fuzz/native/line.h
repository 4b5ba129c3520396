/*
 * Records on their way from one side to the other, and what an attacker on
 * the way can do to them.
 */
#ifndef LINE_H__
#define LINE_H__

#include <stddef.h>
#include <stdint.h>

#define LINE_MAX (1 << 18)

typedef struct {
	unsigned char waiting[LINE_MAX];
	size_t len;
} line;

/* The first record's length, its header included; or what there is of it. */
size_t
line_first(const line *l);

/* The first so many bytes are gone. */
void
line_remove(line *l, size_t len);

/* Other bytes come first. Too many for a line are left out: returns 0. */
int
line_inject(line *l, const uint8_t *data, size_t len);

/* The first record comes twice, or after the second one. */
void
line_repeat(line *l);
void
line_swap(line *l);

/* It becomes two, the first of them with `at` bytes. */
void
line_split(line *l, size_t at);

/* A byte is changed, if there are as many. */
void
line_change(line *l, size_t at, uint8_t by);

#endif
