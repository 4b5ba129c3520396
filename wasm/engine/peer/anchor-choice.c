/*
 * Which anchors may vouch for a certificate? An anchor is a certificate,
 * too: it has dates, uses, a number of CAs below it, and names that it may
 * certify. BearSSL sees only those that allow what is asked for. Where two
 * have one name and one key, any that allows, vouches.
 */
#include <string.h>
#include "arena.h"
#include "engine/errors.h"
#include "engine/peer/anchor-choice.h"
#include "engine/peer/chain-names.h"

static br_x509_trust_anchor *chosen;

/* see anchor-choice.h */
int
anchor_choice_begin(void)
{
	const trust_anchors *anchors = trust_anchors_get();

	chosen = arena_alloc(anchors->count * sizeof *chosen);
	return chosen != NULL;
}

static int
is_before(uint32_t days, uint32_t seconds, uint32_t other_days,
	uint32_t other_seconds)
{
	return days != other_days ? days < other_days : seconds < other_seconds;
}

static int
judge(const br_x509_trust_anchor *ta, const anchor_facts *facts,
	const peer_demands *demands)
{
	if (is_before(demands->days, demands->seconds, facts->from_days,
		    facts->from_seconds) ||
		!is_before(demands->days, demands->seconds, facts->to_days,
			facts->to_seconds)) {
		return ERR_X509_ANCHOR_OUT_OF_DATE;
	}
	if ((facts->purposes & 1U << demands->purpose) == 0) {
		return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
	}
	if (ta->pkey.key_type == BR_KEYTYPE_RSA &&
		ta->pkey.key.rsa.nlen < demands->rsa_min) {
		return BR_ERR_X509_WEAK_PUBLIC_KEY;
	}
	if (chain_names_depth() > facts->path_length) {
		return BR_ERR_X509_NOT_CA;
	}
	return facts->constraints.len == 0
		       ? 0
		       : chain_names_meet(&facts->constraints);
}

/* see anchor-choice.h */
const br_x509_trust_anchor *
anchor_choice(const certificate *cert, const peer_demands *demands,
	size_t *count, int *flaw)
{
	const trust_anchors *anchors = trust_anchors_get();
	size_t u;
	int err;

	*count = 0;
	for (u = 0; u < anchors->count; u++) {
		const br_x509_trust_anchor *ta = &anchors->list[u];

		if ((ta->flags & BR_X509_TA_CA) == 0 ||
			ta->dn.len != cert->issuer.len ||
			memcmp(ta->dn.data, cert->issuer.data, ta->dn.len) !=
				0) {
			continue;
		}
		err = judge(ta, &anchors->facts[u], demands);
		if (err != 0) {
			*flaw = err;
		} else {
			chosen[(*count)++] = *ta;
		}
	}
	return chosen;
}
