/*
 * See operators-chain.h.
 */
#include <string.h>
#include "arena.h"
#include "bearssl.h"
#include "engine/peer/operators-chain.h"
#include "engine/peer/peer.h"
#include "engine/peer/rules.h"

typedef struct link {
	struct link *next;
	der whole;
	certificate parts; /* they point into it */
} link;

static link *links;

static int
same(const der *a, const der *b)
{
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static int
is_known(const void *data, size_t len)
{
	const der one = {data, len};
	const link *l;

	for (l = links; l != NULL; l = l->next) {
		if (same(&l->whole, &one)) {
			return 1;
		}
	}
	return 0;
}

/* see operators-chain.h */
int
operators_chain_add(const void *data, size_t len)
{
	link *l;

	if (is_known(data, len)) {
		return 0;
	}

	/* It is validated as a peer's is. */
	if (len > PEER_CERTIFICATE_MAX) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	l = arena_alloc(sizeof *l);
	if (l == NULL) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	l->whole.data = arena_copy(data, len);
	l->whole.len = len;
	if (l->whole.data == NULL ||
		!certificate_parse(&l->parts, l->whole.data, len)) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	l->next = links;
	links = l;
	return 0;
}

/* see operators-chain.h */
int
operators_chain_has(const der *name)
{
	const link *l;

	for (l = links; l != NULL; l = l->next) {
		if (same(&l->parts.subject_name, name)) {
			return 1;
		}
	}
	return 0;
}

/* see operators-chain.h */
const der *
operators_chain_issuer(const certificate *cert, uint32_t days, uint32_t seconds)
{
	const link *l;

	for (l = links; l != NULL; l = l->next) {
		if (same(&l->parts.subject_name, &cert->issuer) &&
			!certificate_denies_issuer(cert, &l->parts) &&
			!certificate_begins_after(&l->parts, days, seconds) &&
			!certificate_has_ended(&l->parts, days, seconds)) {
			return &l->whole;
		}
	}
	return NULL;
}
