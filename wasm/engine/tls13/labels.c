/*
 * HKDF with labels.
 */
#include <string.h>
#include "labels.h"
#include "inner.h"
#include "crypto/wipe.h"

static const char prefix[] = "tls13 ";

/* Blocks of HKDF-Expand (RFC 5869, 2.3). */
#define EXPAND_MAX 255

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

/* What is hashed in each block: HkdfLabel (7.1). */
typedef struct {
	unsigned char lengths[3], context_len;
	const char *label;
	const void *context;
} info;

/* A block of HKDF-Expand, number `n` from 1 on (RFC 5869, 2.3), in place of
   the one before. */
static void
expand_block(const br_hmac_key_context *key, const info *of, unsigned char n,
	unsigned char *block)
{
	br_hmac_context hmac;

	br_hmac_init(&hmac, key, 0);
	if (n > 1) {
		br_hmac_update(&hmac, block, br_hmac_size(&hmac));
	}
	br_hmac_update(&hmac, of->lengths, sizeof of->lengths);
	br_hmac_update(&hmac, prefix, sizeof prefix - 1);
	br_hmac_update(&hmac, of->label, strlen(of->label));
	br_hmac_update(&hmac, &of->context_len, 1);
	br_hmac_update(&hmac, of->context, of->context_len);
	br_hmac_update(&hmac, &n, 1);
	br_hmac_out(&hmac, block);
	wipe(&hmac, sizeof hmac);
}

/* see labels.h */
void
label_remember(
	label_secret *s, const br_hash_class *hash, const unsigned char *secret)
{
	br_hmac_key_init(&s->hmac, hash, secret, label_hash_len(hash));
}

/* see labels.h */
void
label_forget(label_secret *s)
{
	wipe(s, sizeof *s);
}

/* see labels.h */
void
label_expand_from(const label_secret *s, const char *label, const void *context,
	size_t context_len, unsigned char *out, size_t out_len)
{
	const info of = {
		{(unsigned char)(out_len >> 8), (unsigned char)out_len,
			(unsigned char)(sizeof prefix - 1 + strlen(label))},
		(unsigned char)context_len, label, context};
	size_t hash_len = label_hash_len(br_hmac_key_get_digest(&s->hmac)),
	       done;
	unsigned char block[64];
	unsigned char n = 1;

	if (out_len > EXPAND_MAX * hash_len) {
		__builtin_trap();
	}
	for (done = 0; done < out_len; done += hash_len) {
		size_t left = out_len - done;

		expand_block(&s->hmac, &of, n++, block);
		memcpy(out + done, block, left < hash_len ? left : hash_len);
	}
	wipe(block, sizeof block);
}

/* see labels.h */
void
label_derive_from(const label_secret *s, const char *label,
	const unsigned char *transcript_hash, unsigned char *out)
{
	size_t len = label_hash_len(br_hmac_key_get_digest(&s->hmac));

	label_expand_from(s, label, transcript_hash, len, out, len);
}

/* see labels.h */
void
label_expand(const br_hash_class *hash, const unsigned char *secret,
	const char *label, const void *context, size_t context_len,
	unsigned char *out, size_t out_len)
{
	label_secret s;

	label_remember(&s, hash, secret);
	label_expand_from(&s, label, context, context_len, out, out_len);
	label_forget(&s);
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
