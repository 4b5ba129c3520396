/*
 * The sum in a Finished, made and compared.
 */
#include "bearssl.h"
#include "context.h"
#include "finished.h"
#include "labels.h"
#include "crypto/wipe.h"

/* see finished.h */
void
finished_sum(const br_hash_class *hash, const unsigned char *secret,
	const unsigned char *transcript_hash, unsigned char *out)
{
	size_t len = label_hash_len(hash);
	unsigned char finished_key[SUITE_HASH_MAX];

	label_expand(hash, secret, "finished", NULL, 0, finished_key, len);

	/* HKDF-Extract is an HMAC, with the salt for key. */
	label_extract(hash, finished_key, transcript_hash, len, out);
	wipe(finished_key, sizeof finished_key);
}

/* see finished.h */
int
finished_matches(const br_hash_class *hash, const unsigned char *secret,
	const unsigned char *transcript_hash, const unsigned char *sum,
	size_t len)
{
	unsigned char expected[SUITE_HASH_MAX];
	unsigned char differs = 0;
	size_t u;

	if (len != label_hash_len(hash)) {
		return 0;
	}
	finished_sum(hash, secret, transcript_hash, expected);
	for (u = 0; u < len; u++) {
		differs |= expected[u] ^ sum[u];
	}
	wipe(expected, sizeof expected);
	return differs == 0;
}

/* see finished.h */
int
finished_read(
	const unsigned char *secret, const unsigned char *body, size_t len)
{
	const br_hash_class *hash = tls13.suite->hash;
	unsigned char value[SUITE_HASH_MAX];

	if (len != label_hash_len(hash)) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	transcript_hash(&tls13.transcript, value);
	if (!finished_matches(hash, secret, value, body, len)) {
		return BR_ERR_BAD_FINISHED;
	}
	return 0;
}
