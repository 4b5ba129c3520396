/*
 * The frame of a ClientHello.
 */
#include "client-hello.h"
#include "extensions.h"

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
	out->extensions = hello_extensions(&in);
	return reader_end(&in);
}
