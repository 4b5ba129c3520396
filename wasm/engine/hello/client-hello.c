/*
 * The frame of a ClientHello.
 */
#include "client-hello.h"

#define RANDOM_LEN 32

/* see client-hello.h */
int
client_hello_read(client_hello *out, const unsigned char *body, size_t len)
{
	reader in;

	reader_init(&in, body, len);
	out->version = reader_u16(&in);
	out->random = reader_bytes(&in, RANDOM_LEN);
	out->session_id = reader_vector8(&in);
	out->suites = reader_vector16(&in);
	out->compressions = reader_vector8(&in);

	/* A hello may end here (RFC 5246, 7.4.1.2). */
	reader_init(&out->extensions, body, 0);
	if (in.left > 0) {
		out->extensions = reader_vector16(&in);
	}
	return reader_end(&in);
}

/* see client-hello.h */
int
client_hello_next(reader *extensions, uint32_t *type, reader *content)
{
	if (extensions->left == 0) {
		return 0;
	}
	*type = reader_u16(extensions);
	*content = reader_vector16(extensions);
	return !extensions->failed;
}
