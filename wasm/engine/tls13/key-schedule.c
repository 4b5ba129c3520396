/*
 * The key schedule, a stage after the other.
 */
#include <string.h>
#include "key-schedule.h"
#include "labels.h"
#include "crypto/wipe.h"

static void
hash_of_nothing(const br_hash_class *hash, unsigned char *out)
{
	br_hash_compat_context context;

	hash->init(&context.vtable);
	hash->out(&context.vtable, out);
}

/* The salt of the next stage, in place of this stage's secret. */
static void
to_salt(secrets *s)
{
	unsigned char empty[SUITE_HASH_MAX];

	hash_of_nothing(s->hash, empty);
	label_derive(s->hash, s->stage, "derived", empty, s->stage);
}

/* see key-schedule.h */
void
secrets_early(
	secrets *s, const br_hash_class *hash, const void *psk, size_t psk_len)
{
	wipe(s, sizeof *s);
	s->hash = hash;
	label_extract(hash, NULL, psk, psk_len, s->stage);
}

/* see key-schedule.h */
void
secrets_binder_key(
	const br_hash_class *hash, const void *psk, unsigned char *out)
{
	unsigned char empty[SUITE_HASH_MAX];

	label_extract(hash, NULL, psk, label_hash_len(hash), out);
	hash_of_nothing(hash, empty);
	label_derive(hash, out, "res binder", empty, out);
}

/* see key-schedule.h */
void
secrets_handshake(secrets *s, unsigned char *shared, size_t shared_len,
	const unsigned char *transcript_hash)
{
	label_secret stage;

	to_salt(s);
	label_extract(s->hash, s->stage, shared, shared_len, s->stage);
	wipe(shared, shared_len);
	label_remember(&stage, s->hash, s->stage);
	label_derive_from(&stage, "c hs traffic", transcript_hash, s->client);
	label_derive_from(&stage, "s hs traffic", transcript_hash, s->server);
	label_forget(&stage);
}

/* see key-schedule.h */
void
secrets_application(secrets *s, const unsigned char *transcript_hash)
{
	label_secret stage;

	to_salt(s);
	label_extract(s->hash, s->stage, NULL, 0, s->stage);
	label_remember(&stage, s->hash, s->stage);
	label_derive_from(
		&stage, "c ap traffic", transcript_hash, s->client_next);
	label_derive_from(&stage, "s ap traffic", transcript_hash, s->server);
	label_derive_from(&stage, "exp master", transcript_hash, s->exporter);
	label_forget(&stage);
}

/* see key-schedule.h */
void
secrets_finish(secrets *s, const unsigned char *transcript_hash)
{
	memcpy(s->client, s->client_next, sizeof s->client);
	wipe(s->client_next, sizeof s->client_next);
	label_derive(s->hash, s->stage, "res master", transcript_hash,
		s->resumption);
	wipe(s->stage, sizeof s->stage);
}

/* see key-schedule.h */
void
secrets_update(const secrets *s, unsigned char *traffic)
{
	label_expand(s->hash, traffic, "traffic upd", NULL, 0, traffic,
		label_hash_len(s->hash));
}
