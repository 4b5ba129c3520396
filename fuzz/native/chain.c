/*
 * See chain.h.
 */
#include <stdlib.h>
#include <string.h>
#include "chain.h"
#include "check.h"
#include "engine/connection.h"

/* see chain.h */
int
chain_next(const uint8_t **data, size_t *size, const uint8_t **certificate,
	size_t *len)
{
	if (*size < 2) {
		return 0;
	}
	*len = (size_t)(*data)[0] << 8 | (*data)[1];
	if (*len > *size - 2) {
		*len = *size - 2;
	}
	*certificate = *data + 2;
	*data += 2 + *len;
	*size -= 2 + *len;
	return 1;
}

/* Each piece in memory of its own, so that a byte too far is seen. */
static void
append(const br_x509_class **x, const uint8_t *data, size_t len)
{
	unsigned char *copy = malloc(len);

	memcpy(copy, data, len);
	(*x)->append(x, copy, len);
	free(copy);
}

/* see chain.h */
unsigned
chain_present(const uint8_t *data, size_t size, size_t piece)
{
	const br_x509_class **x = conn.peer;
	const uint8_t *certificate;
	unsigned usages, verdict;
	size_t len, at, n;

	(*x)->start_chain(x, NULL);
	while (chain_next(&data, &size, &certificate, &len)) {
		(*x)->start_cert(x, (uint32_t)len);
		for (at = 0; at < len; at += n) {
			n = piece == 0 || piece > len - at ? len - at : piece;
			append(x, certificate + at, n);
		}
		(*x)->end_cert(x);
	}
	verdict = (*x)->end_chain(x);
	if (verdict == 0) {
		CHECK((*x)->get_pkey(x, &usages) != NULL);
	}
	return verdict;
}
