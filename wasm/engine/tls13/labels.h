/*
 * The two functions that all of a handshake's secrets are made with (RFC
 * 8446, 7.1).
 */
#ifndef TLS13_LABELS_H__
#define TLS13_LABELS_H__

#include <stddef.h>
#include "bearssl.h"

/*
 * HKDF-Extract (RFC 5869, 2.2): `out` has room for a hash value and may be
 * either argument. NULL stands for as many zeros as a hash value has bytes.
 */
void
label_extract(const br_hash_class *hash, const void *salt, const void *ikm,
	size_t ikm_len, unsigned char *out);

/*
 * A secret as long as a hash value, for several labels: the two blocks that HMAC
 * hashes of its key are hashed once. To be wiped by label_forget.
 */
typedef struct {
	br_hmac_key_context hmac;
} label_secret;

void
label_remember(label_secret *s, const br_hash_class *hash,
	const unsigned char *secret);
void
label_forget(label_secret *s);

/* HKDF-Expand-Label and Derive-Secret, as below, with such a secret. */
void
label_expand_from(const label_secret *s, const char *label, const void *context,
	size_t context_len, unsigned char *out, size_t out_len);
void
label_derive_from(const label_secret *s, const char *label,
	const unsigned char *transcript_hash, unsigned char *out);

/*
 * HKDF-Expand-Label: `out_len` bytes, at most 255 hash values', from a secret
 * as long as a hash value. `out` may be the secret.
 */
void
label_expand(const br_hash_class *hash, const unsigned char *secret,
	const char *label, const void *context, size_t context_len,
	unsigned char *out, size_t out_len);

/* Derive-Secret: the same, with a hash value for context and length. */
void
label_derive(const br_hash_class *hash, const unsigned char *secret,
	const char *label, const unsigned char *transcript_hash,
	unsigned char *out);

/* Bytes of a hash value. */
size_t
label_hash_len(const br_hash_class *hash);

#endif
