/*
 * What a CertificateVerify signs (RFC 8446, 4.4.3).
 */
#ifndef TLS13_SIGNED_CONTENT_H__
#define TLS13_SIGNED_CONTENT_H__

#include <stddef.h>
#include "bearssl.h"

/*
 * Its hash value, with the scheme's hash function. The transcript's hash is
 * of all messages before the CertificateVerify of that side.
 */
void
signed_content_hash(const br_hash_class *hash, int of_client,
	const unsigned char *transcript_hash, size_t len, unsigned char *out);

#endif
