/*
 * See chain-names.h.
 */
#include <string.h>
#include "engine/errors.h"
#include "engine/peer/chain-names.h"
#include "engine/peer/name-constraints.h"
#include "engine/peer/rules.h"

/* CAs have a subject, and hardly ever another name. */
#define KEPT_MAX 4096

static struct {
	certified_names all[PEER_CHAIN_MAX];
	size_t count;
	uint32_t depth;
	uint32_t comparisons; /* how many are left */
	unsigned char kept[KEPT_MAX];
	size_t kept_len;
	int lost; /* there was no room for a CA's names */
} names;

/* see chain-names.h */
void
chain_names_forget(void)
{
	names.count = 0;
	names.depth = 0;
	names.comparisons = COMPARISONS_MAX;
	names.kept_len = 0;
	names.lost = 0;
}

static void
keep(der *kept)
{
	if (kept->len > KEPT_MAX - names.kept_len) {
		names.lost = 1;
		kept->len = 0;
		return;
	}
	if (kept->len > 0) {
		memcpy(names.kept + names.kept_len, kept->data, kept->len);
	}
	kept->data = names.kept + names.kept_len;
	names.kept_len += kept->len;
}

/* see chain-names.h */
void
chain_names_add(const certificate *cert)
{
	certified_names *added = &names.all[names.count];
	int is_end_entity = names.count == 0;
	der value, list;

	if (names.count == PEER_CHAIN_MAX) {
		return;
	}

	/* RFC 5280, 6.1.3 (b): a CA's certificate that it issued itself, for
	   a new key, is exempt; names.count still tells the first one. */
	if (!is_end_entity && certificate_is_self_issued(cert)) {
		return;
	}
	added->is_end_entity = is_end_entity;
	added->subject = cert->subject_name;
	added->alternatives.len = 0;
	if (certificate_extension(cert, EXT_SUBJECT_ALT_NAME, &value)) {
		if (der_expect(&value, DER_SEQUENCE, &list)) {
			added->alternatives = list;
		} else {
			names.lost = 1;
		}
	}
	if (!is_end_entity) {
		names.depth++;
		keep(&added->subject);
		keep(&added->alternatives);
	}
	names.count++;
}

/* see chain-names.h */
int
chain_names_meet(const der *constraints)
{
	size_t u;
	int err;

	if (names.lost) {
		return ERR_X509_UNSUPPORTED_CONSTRAINT;
	}
	for (u = 0; u < names.count; u++) {
		err = name_constraints_allow(
			constraints, &names.all[u], &names.comparisons);
		if (err != 0) {
			return err;
		}
	}
	return 0;
}

/* see chain-names.h */
uint32_t
chain_names_depth(void)
{
	return names.depth;
}
