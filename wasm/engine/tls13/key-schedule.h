/*
 * The key schedule (RFC 8446, 7.1). All secrets of a connection are in one
 * struct. Each function here is one stage: it takes what the stage before
 * left, and wipes what no later stage needs.
 *
 *   early ─→ handshake ─→ application ─→ finish
 */
#ifndef TLS13_KEY_SCHEDULE_H__
#define TLS13_KEY_SCHEDULE_H__

#include "suites.h"

typedef struct {
	const br_hash_class *hash;

	/* What the next stage's secret is extracted with: "derived" of the
	   early, then of the handshake secret. In the end the master secret. */
	unsigned char stage[SUITE_HASH_MAX];

	/* Traffic secrets: of the handshake, then of application data. The
	   client's of application data waits in `client_next` for the
	   client's Finished. */
	unsigned char client[SUITE_HASH_MAX];
	unsigned char client_next[SUITE_HASH_MAX];
	unsigned char server[SUITE_HASH_MAX];

	unsigned char exporter[SUITE_HASH_MAX];
	unsigned char resumption[SUITE_HASH_MAX];
} secrets;

/* The early stage, with a pre-shared key, or with NULL where there is none. */
void
secrets_early(
	secrets *s, const br_hash_class *hash, const void *psk, size_t psk_len);

/* The key that a resumption's binder is made with; the pre-shared key is as
   long as a hash value. */
void
secrets_binder_key(
	const br_hash_class *hash, const void *psk, unsigned char *out);

/*
 * The handshake's secrets: `shared` is what the key exchange gave, which is
 * wiped, and the hash is of ClientHello to ServerHello.
 */
void
secrets_handshake(secrets *s, unsigned char *shared, size_t shared_len,
	const unsigned char *transcript_hash);

/*
 * The secrets of application data; the hash is of ClientHello to the
 * server's Finished. `client` stays the handshake's. Without `exports`,
 * `exporter` stays zero.
 */
void
secrets_application(
	secrets *s, const unsigned char *transcript_hash, int exports);

/*
 * The handshake is over: `client` is the secret of application data, too,
 * and with `resumes` there is one for resumptions; else that stays zero. The
 * hash is of ClientHello to the client's Finished.
 */
void
secrets_finish(secrets *s, const unsigned char *transcript_hash, int resumes);

/* The next traffic secret after a KeyUpdate (7.2), in place. */
void
secrets_update(const secrets *s, unsigned char *traffic);

#endif
