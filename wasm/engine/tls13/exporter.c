/*
 * Keying material for other protocols (RFC 8446, 7.5).
 */
#include "bearssl.h"
#include "context.h"
#include "known-values.h"
#include "labels.h"
#include "engine/connection.h"
#include "crypto/wipe.h"

/* No context is the same as an empty one here. */
static void
hash_context(const br_hash_class *hash, const export_request *wanted, void *out)
{
	br_hash_compat_context context;

	hash->init(&context.vtable);
	hash->update(&context.vtable, wanted->context, wanted->context_len);
	hash->out(&context.vtable, out);
}

/* see context.h */
void
tls13_export(const export_request *wanted)
{
	const br_hash_class *hash = tls13.suite->hash;
	unsigned char value[SUITE_HASH_MAX], secret[SUITE_HASH_MAX];

	label_derive(hash, tls13.secrets.exporter, wanted->label,
		known_empty_hash(hash), secret);
	hash_context(hash, wanted, value);
	label_expand(hash, secret, "exporter", value, label_hash_len(hash),
		wanted->out, wanted->len);
	wipe(secret, sizeof secret);
}

/* see context.h */
int
exporter_is_wanted(void)
{
	return conn.export_room != NULL || conn.secrets_room != NULL;
}
