/*
 * The strings of certificates, as UTF-8.
 */
#ifndef TEXT_H__
#define TEXT_H__

#include "engine/peer/peer.h"

/* Latin-1 takes up to twice its length in UTF-8. */
#define TEXT_MAX (2 * PEER_CERTIFICATE_MAX)

typedef struct {
	unsigned char data[TEXT_MAX];
	size_t len;
} text;

/*
 * The string of that ASN.1 type (DER_*), or the bytes as they are of an
 * octet string. UTF-8 is not checked. Returns 0 for what is no text, or
 * longer than half of TEXT_MAX.
 */
int
text_of(text *out, unsigned tag, const der *in);

#endif
