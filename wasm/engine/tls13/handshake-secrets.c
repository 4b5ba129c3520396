/*
 * Where both sides' secrets begin: of the exchange, and of the session that is
 * resumed.
 */
#include "context.h"
#include "groups.h"
#include "labels.h"
#include "crypto/wipe.h"

/* see context.h */
void
handshake_take_secrets(void)
{
	const br_hash_class *hash = tls13.suite->hash;
	secrets *s = &tls13.secrets;
	unsigned char value[SUITE_HASH_MAX];

	transcript_hash(&tls13.transcript, value);
	secrets_early(s, hash, tls13.resumed ? tls13.psk : NULL,
		label_hash_len(hash));
	secrets_handshake(s, tls13.shared, tls13.group->secret_len, value);
	wipe(tls13.psk, sizeof tls13.psk);
	wipe(tls13.shared, sizeof tls13.shared);
	handshake_secrets_log();
}
