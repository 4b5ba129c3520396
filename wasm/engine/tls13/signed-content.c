/*
 * What a CertificateVerify signs: text that separates a client's from a
 * server's, and both from what TLS 1.2 signs.
 */
#include "signed-content.h"

/* With the NUL that ends a string here, and separates there. */
static const char client_context[] = "TLS 1.3, client CertificateVerify";
static const char server_context[] = "TLS 1.3, server CertificateVerify";

#define SPACES "                                "

/* see signed-content.h */
void
signed_content_hash(const br_hash_class *hash, int of_client,
	const unsigned char *transcript_hash, size_t len, unsigned char *out)
{
	br_hash_compat_context c;

	hash->init(&c.vtable);
	hash->update(&c.vtable, SPACES SPACES, 64);
	hash->update(&c.vtable, of_client ? client_context : server_context,
		sizeof server_context);
	hash->update(&c.vtable, transcript_hash, len);
	hash->out(&c.vtable, out);
}
