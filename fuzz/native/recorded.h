/*
 * The keys and certificates of test/recorded, and the keeper with the keys.
 * Programs run in the project's folder.
 */
#ifndef RECORDED_H__
#define RECORDED_H__

#include <stddef.h>
#include <stdint.h>

typedef struct {
	unsigned char *data;
	size_t len;
} bytes;

/* By the file's name, without its ending; each is read once. A file has a
   NUL behind its end. */
const bytes *
recorded_file(const char *name);
const bytes *
recorded_certificate(const char *name);

/* From now on, that key is behind the engine's imports. */
void
recorded_key(const char *name);

/* And TLS 1.3's signatures are a client's, or a server's. */
void
recorded_side(int is_client);

/* What that key signs for that side of TLS 1.3, in the hash's place: its
   length, or 0. */
size_t
recorded_attest(uint32_t scheme, unsigned char *data, size_t len, size_t room);

/* The same for a server by the key of that name, whatever is behind the
   imports. */
size_t
recorded_attest_by(const char *name, uint32_t scheme, unsigned char *data,
	size_t len, size_t room);

/* How many signatures there have been, of any version. */
size_t
recorded_signatures(void);

#endif
