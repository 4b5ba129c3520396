/*
 * The key schedule, a stage after the other.
 */
#include <string.h>
#include "key-schedule.h"
#include "known-values.h"
#include "labels.h"
#include "crypto/wipe.h"

/* see key-schedule.h */
void
secrets_early(
	secrets *s, const br_hash_class *hash, const void *psk, size_t psk_len)
{
	size_t len = label_hash_len(hash);

	wipe(s, sizeof *s);
	s->hash = hash;
	if (psk == NULL) {
		memcpy(s->stage, known_first_salt(hash), len);
		return;
	}
	label_extract(hash, NULL, psk, psk_len, s->stage);
	label_derive(
		hash, s->stage, "derived", known_empty_hash(hash), s->stage);
}

/* see key-schedule.h */
void
secrets_binder_key(
	const br_hash_class *hash, const void *psk, unsigned char *out)
{
	label_extract(hash, NULL, psk, label_hash_len(hash), out);
	label_derive(hash, out, "res binder", known_empty_hash(hash), out);
}

/* see key-schedule.h */
void
secrets_handshake(secrets *s, unsigned char *shared, size_t shared_len,
	const unsigned char *transcript_hash)
{
	label_secret stage;

	label_extract(s->hash, s->stage, shared, shared_len, s->stage);
	wipe(shared, shared_len);
	label_remember(&stage, s->hash, s->stage);
	label_derive_from(&stage, "c hs traffic", transcript_hash, s->client);
	label_derive_from(&stage, "s hs traffic", transcript_hash, s->server);
	label_derive_from(
		&stage, "derived", known_empty_hash(s->hash), s->stage);
	label_forget(&stage);
}

/* see key-schedule.h */
void
secrets_application(
	secrets *s, const unsigned char *transcript_hash, int exports)
{
	label_secret stage;

	label_extract(s->hash, s->stage, NULL, 0, s->stage);
	label_remember(&stage, s->hash, s->stage);
	label_derive_from(
		&stage, "c ap traffic", transcript_hash, s->client_next);
	label_derive_from(&stage, "s ap traffic", transcript_hash, s->server);
	if (exports) {
		label_derive_from(
			&stage, "exp master", transcript_hash, s->exporter);
	}
	label_forget(&stage);
}

/* see key-schedule.h */
void
secrets_finish(secrets *s, const unsigned char *transcript_hash, int resumes)
{
	memcpy(s->client, s->client_next, sizeof s->client);
	wipe(s->client_next, sizeof s->client_next);
	if (resumes) {
		label_derive(s->hash, s->stage, "res master", transcript_hash,
			s->resumption);
	}
	wipe(s->stage, sizeof s->stage);
}

/* see key-schedule.h */
void
secrets_update(const secrets *s, unsigned char *traffic)
{
	label_expand(s->hash, traffic, "traffic upd", NULL, 0, traffic,
		label_hash_len(s->hash));
}
