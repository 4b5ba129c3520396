/*
 * What the ciphers are timed on: a whole record of TLS, what is
 * authenticated with it, and keys. The host reads back record and tag.
 */
#ifndef RECORD_H__
#define RECORD_H__

#include <stddef.h>

#define RECORD_LENGTH 16384

static unsigned char record[RECORD_LENGTH], tag[16];
static unsigned char key[32], iv[12], header[13];

static void
fill(unsigned char *bytes, size_t len, unsigned first)
{
	size_t u;

	for (u = 0; u < len; u++) {
		bytes[u] = (unsigned char)(first + 7 * u + (u >> 8));
	}
}

/* The same bytes again, here and in the other module. */
static void
reset_record(void)
{
	fill(record, sizeof record, 1);
	fill(tag, sizeof tag, 2);
	fill(key, sizeof key, 3);
	fill(iv, sizeof iv, 4);
	fill(header, sizeof header, 5);
}

#endif
