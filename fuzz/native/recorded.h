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

#endif
