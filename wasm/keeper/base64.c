/*
 * The body of a PEM object, fast: BearSSL's decoder takes 80 nanoseconds a
 * character, which shows where there are a thousand keys. Only the usual
 * form is taken (RFC 7468, 3: the strict one); all else is left to BearSSL.
 */
#include <string.h>
#include "key.h"

static const char END[] = "-----END ";
static const char DASHES[] = "-----";
#define DASHES_LENGTH 5

/* All bits if lo <= c <= hi, else none; whatever c is, in the same time. */
static uint32_t
range(uint32_t c, uint32_t lo, uint32_t hi)
{
	return (((c - lo) | (hi - c)) >> 31) - 1;
}

/* The value of a character, with BAD in it if there is none. */
#define BAD 0x80000000
static uint32_t
sextet(uint32_t c)
{
	uint32_t upper = range(c, 'A', 'Z'), lower = range(c, 'a', 'z');
	uint32_t digit = range(c, '0', '9');
	uint32_t plus = range(c, '+', '+'), slash = range(c, '/', '/');
	uint32_t good = upper | lower | digit | plus | slash;

	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) |
	       (digit & (c - '0' + 52)) | (plus & 62) | (slash & 63) |
	       (~good & BAD);
}

/* BAD for anything but 0. */
static uint32_t
not_zero(uint32_t x)
{
	return (x | -x) & BAD;
}

/* Where the END line starts, if it is whole; else 0. */
static size_t
find_end(const unsigned char *text, size_t len)
{
	const size_t n = sizeof END - 1;
	size_t u, v;

	for (u = 1; u + n <= len; u++) {
		if (text[u] != '-') {
			continue;
		}
		for (v = u; v < len && text[v] != '\n'; v++)
			;
		if (text[u - 1] == '\n' && memcmp(text + u, END, n) == 0 &&
			v - u >= n + DASHES_LENGTH &&
			memcmp(text + v - DASHES_LENGTH, DASHES,
				DASHES_LENGTH) == 0) {
			return u;
		}
		return 0;
	}
	return 0;
}

/*
 * Decode lines of four-character groups, each line ended by a newline, and
 * at most two `=` at the very end, which make no bits useless that are set.
 * Without `out`, only see whether that is what they are. (see key.h)
 */
size_t
base64_decode(unsigned char *out, const unsigned char *text, size_t len)
{
	uint32_t bad = 0, group = 0;
	size_t u, count = 0, pad = 0, done = 0;

	for (u = 0; u < len; u++) {
		if (text[u] == '\n') {
			if ((count & 3) != 0) {
				return 0;
			}
			continue;
		}
		if (text[u] == '=' && u + 3 >= len) {
			group <<= 6;
			pad++;
		} else {
			uint32_t value = sextet(text[u]);

			bad |= value | (pad > 0 ? BAD : 0);
			group = (group << 6) | (value & 0x3F);
		}
		count++;
		if ((count & 3) == 0) {
			bad |= not_zero(group & (((uint32_t)1 << 8 * pad) - 1));
			if (out != NULL) {
				out[done] = (unsigned char)(group >> 16);
				out[done + 1] = (unsigned char)(group >> 8);
				out[done + 2] = (unsigned char)group;
			}
			done += 3;
		}
	}
	return (bad & BAD) != 0 || pad > 2 || pad > done ? 0 : done - pad;
}

/* see key.h */
size_t
pem_body_decode(unsigned char *text, size_t len)
{
	size_t end = find_end(text, len);

	if (end == 0 || base64_decode(NULL, text, end) == 0) {
		return 0;
	}
	return base64_decode(text, text, end);
}
