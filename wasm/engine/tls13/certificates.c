/*
 * Our Certificate message (RFC 8446, 4.4.2), in pieces: the chain may be
 * longer than a record.
 */
#include "context.h"
#include "engine/connection.h"

/* Type and length, an empty context, the list's length. */
#define HEAD (MESSAGE_HEADER + 1 + 3)

/* A certificate's length, and behind it the length of no extensions. */
#define ENTRY 5

static size_t
list_length(void)
{
	size_t len = 0;
	size_t u;

	for (u = 0; u < conn.chain_len; u++) {
		len += conn.chain[u].data_len + ENTRY;
	}
	return len;
}

/*
 * What stands before certificate `n`: the head of the message or the
 * extensions of the one before it; then its length.
 */
static size_t
write_between(size_t n)
{
	writer out;

	writer_init(&out, tls13.scratch, sizeof tls13.scratch);
	if (n == 0) {
		size_t len = list_length();

		writer_u8(&out, MESSAGE_CERTIFICATE);
		writer_u24(&out, (uint32_t)(len + HEAD - MESSAGE_HEADER));
		writer_u8(&out, 0);
		writer_u24(&out, (uint32_t)len);
	} else {
		writer_u16(&out, 0);
	}
	if (n < conn.chain_len) {
		writer_u24(&out, (uint32_t)conn.chain[n].data_len);
	}
	return out.len;
}

/* see context.h */
int
certificate_source(size_t n, const unsigned char **data, size_t *len)
{
	size_t number = n / 2;

	if (n > 2 * conn.chain_len) {
		return 0;
	}
	if (n % 2 == 0) {
		*data = tls13.scratch;
		*len = write_between(number);
	} else {
		*data = conn.chain[number].data;
		*len = conn.chain[number].data_len;
	}
	return 1;
}
