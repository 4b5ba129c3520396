/*
 * SHA-224 and SHA-256: of `len` bytes of `data` in pieces of `piece`, with the
 * running hash carried into another context after `carry` bytes, whole blocks.
 */
#include "bearssl.h"
#include "export.h"
#include "buffers.h"

static unsigned char hashed[32];

EXPORT(hash_value) unsigned char *hash_value(void)
{
	return hashed;
}

static void
add(const br_hash_class **context, size_t from, size_t to, size_t piece)
{
	const br_hash_class *hash = *context;

	hash->update(context, NULL, 0);
	for (; from < to; from += piece) {
		hash->update(context, data + from,
			to - from < piece ? to - from : piece);
	}
}

EXPORT(hash_run)
void
hash_run(int is_sha224, size_t len, size_t piece, size_t carry)
{
	const br_hash_class *hash =
		is_sha224 ? &br_sha224_vtable : &br_sha256_vtable;
	br_hash_compat_context first, second;
	unsigned char state[32];
	uint64_t count;

	hash->init(&first.vtable);
	add(&first.vtable, 0, carry, piece);
	hash->init(&second.vtable);
	count = hash->state(&first.vtable, state);
	hash->set_state(&second.vtable, state, count);
	add(&second.vtable, carry, len, piece);
	hash->out(&second.vtable, hashed);
}
