/*
 * Certificates that are no CA's and yet trusted: each for itself, to the
 * last bit, known by its hash.
 */
#include <string.h>
#include "arena.h"
#include "bearssl.h"
#include "engine/peer/pins.h"

typedef struct pin {
	struct pin *next;
	unsigned char hash[br_sha256_SIZE];
} pin;

static pin *pins;

static void
hash_of(unsigned char *hash, const void *der, size_t len)
{
	br_sha256_context ctx;

	br_sha256_init(&ctx);
	br_sha256_update(&ctx, der, len);
	br_sha256_out(&ctx, hash);
}

/* see pins.h */
int
pins_add(const void *der, size_t len)
{
	pin *p;

	if (pins_have(der, len)) {
		return 0;
	}
	p = arena_alloc(sizeof *p);
	if (p == NULL) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	hash_of(p->hash, der, len);
	p->next = pins;
	pins = p;
	return 0;
}

/* see pins.h */
int
pins_have(const void *der, size_t len)
{
	unsigned char hash[br_sha256_SIZE];
	const pin *p;

	hash_of(hash, der, len);
	for (p = pins; p != NULL; p = p->next) {
		if (memcmp(p->hash, hash, sizeof hash) == 0) {
			return 1;
		}
	}
	return 0;
}
