/*
 * The running hash of all handshake messages.
 */
#include "transcript.h"
#include "labels.h"
#include "suites.h"

/* RFC 8446, 4: a message's type that is never sent. */
#define MESSAGE_HASH 254

/* see transcript.h */
void
transcript_begin(transcript *t, const br_hash_class *hash)
{
	hash->init(&t->running.vtable);
}

/* see transcript.h */
int
transcript_begun(const transcript *t)
{
	return t->running.vtable != NULL;
}

/* see transcript.h */
void
transcript_add(transcript *t, const void *data, size_t len)
{
	t->running.vtable->update(&t->running.vtable, data, len);
}

/* see transcript.h */
void
transcript_hash(const transcript *t, unsigned char *out)
{
	t->running.vtable->out(&t->running.vtable, out);
}

/* see transcript.h */
void
transcript_retry(transcript *t)
{
	const br_hash_class *hash = t->running.vtable;
	size_t len = label_hash_len(hash);
	unsigned char message[4 + SUITE_HASH_MAX] = {MESSAGE_HASH, 0, 0, 0};

	message[3] = (unsigned char)len;
	transcript_hash(t, message + 4);
	transcript_begin(t, hash);
	transcript_add(t, message, 4 + len);
}
