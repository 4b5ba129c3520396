/*
 * Ticket keys of a file: a line each, of 32, 48 or 80 random bytes in base64.
 * Blank lines are skipped, and those that begin with a number sign.
 */
#include <string.h>
#include "abi.h"
#include "crypto/wipe.h"
#include "key.h"

/* The longest key's line. */
#define LINE_MAX 108

static int
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The key of a line, in place of it. Returns its length, or 0. */
static size_t
key_of_line(unsigned char *line, size_t len)
{
	size_t key_len;

	if (len > LINE_MAX || len % 4 != 0) {
		return 0;
	}
	key_len = base64_decode(line, line, len);
	return key_len == 32 || key_len == 48 || key_len == 80 ? key_len : 0;
}

static int
add_line(ticket_ring *ring, unsigned char *line, size_t len)
{
	while (len > 0 && is_blank(line[len - 1])) {
		len--;
	}
	if (len == 0 || line[0] == '#') {
		return 1;
	}
	len = key_of_line(line, len);
	return len > 0 && ticket_ring_add(ring, line, len);
}

/* see key.h */
int
ticket_file_decode(ticket_ring *ring, unsigned char *file, size_t len)
{
	int number = 1;

	/* An editor's byte-order mark (U+FEFF in UTF-8). */
	if (len >= 3 && file[0] == 0xEF && file[1] == 0xBB && file[2] == 0xBF) {
		file += 3;
		len -= 3;
	}
	while (len > 0) {
		unsigned char *end = memchr(file, '\n', len);
		size_t line_len = end != NULL ? (size_t)(end - file) : len;

		if (!add_line(ring, file, line_len)) {
			return KEEPER_BAD_LINE - number;
		}
		if (end != NULL) {
			line_len++;
		}
		file += line_len;
		len -= line_len;
		number++;
	}
	return ring->count > 0 ? 0 : KEEPER_NO_KEY;
}
