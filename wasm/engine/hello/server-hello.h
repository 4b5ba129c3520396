/*
 * The frame of a ServerHello, which is the same in all versions (RFC 5246,
 * 7.4.1.3; RFC 8446, 4.1.3), read in place.
 */
#ifndef SERVER_HELLO_H__
#define SERVER_HELLO_H__

#include "engine/reader.h"

/* In the message's header. */
#define SERVER_HELLO_TYPE 2

typedef struct {
	uint32_t version; /* legacy_version, where there is a newer way */
	const unsigned char *random;
	reader session_id;
	uint32_t suite, compression;
	reader extensions;
} server_hello_frame;

/* Read the message, without its header. Returns 0 if its lengths don't fit
   in each other. */
int
server_hello_frame_read(
	server_hello_frame *out, const unsigned char *body, size_t len);

/* Is it of TLS 1.3, or newer (RFC 8446, 4.2.1)? */
int
server_hello_has_versions(const server_hello_frame *hello);

#endif
