/*
 * See server-hello.h.
 */
#include "extensions.h"
#include "server-hello.h"

#define RANDOM_LEN 32

/* see server-hello.h */
int
server_hello_frame_read(
	server_hello_frame *out, const unsigned char *body, size_t len)
{
	reader in;

	reader_init(&in, body, len);
	out->version = reader_u16(&in);
	out->random = reader_bytes(&in, RANDOM_LEN);
	out->session_id = reader_vector8(&in);
	out->suite = reader_u16(&in);
	out->compression = reader_u8(&in);
	out->extensions = hello_extensions(&in);
	return reader_end(&in);
}

/* see server-hello.h */
int
server_hello_has_versions(const server_hello_frame *hello)
{
	reader extensions = hello->extensions;
	reader content;

	return hello_extension_find(&extensions, SUPPORTED_VERSIONS, &content);
}
