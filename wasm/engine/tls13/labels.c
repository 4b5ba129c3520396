/*
 * HKDF with labels. No output here is longer than a hash value, so that
 * HKDF-Expand is one HMAC.
 */
#include <string.h>
#include "labels.h"
#include "inner.h"
#include "crypto/wipe.h"

static const char prefix[] = "tls13 ";

/* see labels.h */
size_t
label_hash_len(const br_hash_class *hash)
{
	return br_digest_size(hash);
}

/* see labels.h */
void
label_extract(const br_hash_class *hash, const void *salt, const void *ikm,
	size_t ikm_len, unsigned char *out)
{
	static const unsigned char zeros[64];
	size_t hash_len = label_hash_len(hash);
	br_hmac_key_context key;
	br_hmac_context hmac;

	if (salt == NULL) {
		salt = zeros;
	}
	if (ikm == NULL) {
		ikm = zeros;
		ikm_len = hash_len;
	}
	br_hmac_key_init(&key, hash, salt, hash_len);
	br_hmac_init(&hmac, &key, 0);
	br_hmac_update(&hmac, ikm, ikm_len);
	br_hmac_out(&hmac, out);
	wipe(&key, sizeof key);
	wipe(&hmac, sizeof hmac);
}

/* see labels.h */
void
label_expand(const br_hash_class *hash, const unsigned char *secret,
	const char *label, const void *context, size_t context_len,
	unsigned char *out, size_t out_len)
{
	size_t label_len = strlen(label);
	unsigned char lengths[3] = {(unsigned char)(out_len >> 8),
		(unsigned char)out_len,
		(unsigned char)(sizeof prefix - 1 + label_len)};
	unsigned char context_length = (unsigned char)context_len;
	unsigned char value[64];
	br_hmac_key_context key;
	br_hmac_context hmac;

	if (out_len > label_hash_len(hash)) {
		__builtin_trap();
	}
	br_hmac_key_init(&key, hash, secret, label_hash_len(hash));
	br_hmac_init(&hmac, &key, 0);
	br_hmac_update(&hmac, lengths, sizeof lengths);
	br_hmac_update(&hmac, prefix, sizeof prefix - 1);
	br_hmac_update(&hmac, label, label_len);
	br_hmac_update(&hmac, &context_length, 1);
	br_hmac_update(&hmac, context, context_len);

	/* The number of the block, from 1 on (RFC 5869, 2.3). */
	br_hmac_update(&hmac, "\x01", 1);
	br_hmac_out(&hmac, value);
	memcpy(out, value, out_len);
	wipe(value, sizeof value);
	wipe(&key, sizeof key);
	wipe(&hmac, sizeof hmac);
}

/* see labels.h */
void
label_derive(const br_hash_class *hash, const unsigned char *secret,
	const char *label, const unsigned char *transcript_hash,
	unsigned char *out)
{
	size_t len = label_hash_len(hash);

	label_expand(hash, secret, label, transcript_hash, len, out, len);
}
