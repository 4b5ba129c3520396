/*
 * Certificates of CAs that issued themselves become trust anchors: a name, a
 * public key and what else they say, in the arena. Those of other CAs become
 * a name and a part of the operator's chains, other certificates a name and
 * a pin.
 */
#include <string.h>
#include "engine/abi.h"
#include "engine/errors.h"
#include "arena.h"
#include "bearssl.h"
#include "engine/peer/trust-anchors.h"
#include "engine/peer/name-constraints.h"
#include "engine/peer/operators-chain.h"
#include "engine/peer/pins.h"
#include "engine/peer/rules.h"
#include "late/late.h"

static trust_anchors anchors;

/* CAs that did not issue themselves vouch, too. */
static int partial_chains;

/*
 * BearSSL would trust any certificate with the name and the key of one that
 * is not a CA's, and then the key's owner could write what he likes into
 * the rest of it. So it gets no key that could match.
 */
static const br_x509_pkey no_key;

/* A name while it comes out of the decoder. */
typedef struct {
	unsigned char data[ANCHOR_NAME_MAX];
	size_t len; /* over ANCHOR_NAME_MAX if it didn't fit */
} name;

static void
append_name(void *ctx, const void *buf, size_t len)
{
	name *dn = ctx;

	if (dn->len + len <= sizeof dn->data) {
		memcpy(dn->data + dn->len, buf, len);
	}
	dn->len += len;
}

static int
same(const unsigned char *a, size_t alen, const unsigned char *b, size_t blen)
{
	/* Nothing may be at NULL, which memcmp must not be given. */
	return alen == blen && (alen == 0 || memcmp(a, b, alen) == 0);
}

static int
same_key(const br_x509_pkey *a, const br_x509_pkey *b)
{
	if (a->key_type != b->key_type) {
		return 0;
	}
	if (a->key_type == no_key.key_type) {
		return 1;
	}
	if (a->key_type == BR_KEYTYPE_RSA) {
		const br_rsa_public_key *x = &a->key.rsa, *y = &b->key.rsa;

		return same(x->n, x->nlen, y->n, y->nlen) &&
		       same(x->e, x->elen, y->e, y->elen);
	}
	return a->key.ec.curve == b->key.ec.curve &&
	       same(a->key.ec.q, a->key.ec.qlen, b->key.ec.q, b->key.ec.qlen);
}

static int
same_facts(const anchor_facts *a, const anchor_facts *b)
{
	return a->from_days == b->from_days &&
	       a->from_seconds == b->from_seconds && a->to_days == b->to_days &&
	       a->to_seconds == b->to_seconds &&
	       a->path_length == b->path_length && a->purposes == b->purposes &&
	       same(a->constraints.data, a->constraints.len,
		       b->constraints.data, b->constraints.len);
}

/* What the list would have twice. */
static int
is_known(const br_x509_trust_anchor *one, const anchor_facts *facts)
{
	size_t u;

	for (u = 0; u < anchors.count; u++) {
		const br_x509_trust_anchor *ta = &anchors.list[u];

		if (ta->flags == one->flags &&
			same(ta->dn.data, ta->dn.len, one->dn.data,
				one->dn.len) &&
			same_key(&ta->pkey, &one->pkey) &&
			same_facts(&anchors.facts[u], facts)) {
			return 1;
		}
	}
	return 0;
}

static int
name_is_known(const br_x500_name *dn)
{
	size_t u;

	for (u = 0; u < anchors.names_count; u++) {
		const br_x500_name *known = &anchors.list[u].dn;

		if (same(known->data, known->len, dn->data, dn->len)) {
			return 1;
		}
	}
	return 0;
}

/* Room for one more; the tables double when full. */
static int
reserve(void)
{
	br_x509_trust_anchor *list;
	anchor_facts *facts;
	size_t max;

	if (anchors.count < anchors.max) {
		return 1;
	}
	max = anchors.max == 0 ? 8 : anchors.max * 2;
	list = arena_alloc(max * sizeof *list);
	facts = arena_alloc(max * sizeof *facts);
	if (list == NULL || facts == NULL) {
		return 0;
	}
	if (anchors.list != NULL) {
		memcpy(list, anchors.list, anchors.count * sizeof *list);
		memcpy(facts, anchors.facts, anchors.count * sizeof *facts);
	}
	anchors.list = list;
	anchors.facts = facts;
	anchors.max = max;
	return 1;
}

static int
keep_key(br_x509_pkey *kept, const br_x509_pkey *pk)
{
	*kept = *pk;
	if (pk->key_type == no_key.key_type) {
		return 1;
	}
	if (pk->key_type == BR_KEYTYPE_RSA) {
		kept->key.rsa.n = arena_copy(pk->key.rsa.n, pk->key.rsa.nlen);
		kept->key.rsa.e = arena_copy(pk->key.rsa.e, pk->key.rsa.elen);
		return kept->key.rsa.n != NULL && kept->key.rsa.e != NULL;
	}
	kept->key.ec.q = arena_copy(pk->key.ec.q, pk->key.ec.qlen);
	return kept->key.ec.q != NULL;
}

/* One of a new name goes to those, before any whose name came before. */
static void
append(const br_x509_trust_anchor *ta, const anchor_facts *facts)
{
	size_t at = anchors.count++;

	if (!name_is_known(&ta->dn)) {
		size_t first = anchors.names_count++;

		anchors.list[at] = anchors.list[first];
		anchors.facts[at] = anchors.facts[first];
		at = first;
		anchors.names_len += 2 + ta->dn.len;
	}
	anchors.list[at] = *ta;
	anchors.facts[at] = *facts;
}

/* Copies what the caller's memory holds: that is used again. */
static int
add_anchor(const br_x509_trust_anchor *given, const anchor_facts *facts)
{
	br_x509_trust_anchor ta = *given;
	anchor_facts own = *facts;

	if (is_known(given, facts)) {
		return 0;
	}
	ta.dn.data = arena_copy(given->dn.data, given->dn.len);
	if (!reserve() || ta.dn.data == NULL ||
		!keep_key(&ta.pkey, &given->pkey)) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (facts->constraints.len > 0) {
		own.constraints.data = arena_copy(
			facts->constraints.data, facts->constraints.len);
		if (own.constraints.data == NULL) {
			return BR_ERR_X509_LIMIT_EXCEEDED;
		}
	}
	append(&ta, &own);
	return 0;
}

/* What the certificate of a CA says. Returns 0 or an error. */
static int
read_facts(anchor_facts *facts, const certificate *cert,
	const br_x509_decoder_context *decoder)
{
	static const unsigned purposes[] = {PURPOSE_SERVER, PURPOSE_CLIENT};
	size_t u;

	facts->from_days = decoder->notbefore_days;
	facts->from_seconds = decoder->notbefore_seconds;
	facts->to_days = decoder->notafter_days;
	facts->to_seconds = decoder->notafter_seconds;
	facts->path_length = certificate_path_length(cert);
	for (u = 0; u < sizeof purposes / sizeof purposes[0]; u++) {
		if (certificate_allows(cert, purposes[u])) {
			facts->purposes |= 1U << purposes[u];
		}
	}
	return certificate_extension(
		       cert, EXT_NAME_CONSTRAINTS, &facts->constraints)
		       ? name_constraints_check(&facts->constraints)
		       : 0;
}

/* It vouches for no peer; its name is among those that clients are told. */
static int
add_name(const br_x500_name *dn)
{
	static const anchor_facts no_facts;
	br_x509_trust_anchor ta = {*dn, 0, no_key};

	return add_anchor(&ta, &no_facts);
}

/* It vouches for itself. */
static int
add_pin(const br_x500_name *dn, const void *data, size_t len)
{
	int err = pins_add(data, len);

	return err != 0 ? err : add_name(dn);
}

static int
has_anchor(const der *dn)
{
	size_t u;

	for (u = 0; u < anchors.count; u++) {
		const br_x509_trust_anchor *ta = &anchors.list[u];

		if ((ta->flags & BR_X509_TA_CA) != 0 &&
			same(ta->dn.data, ta->dn.len, dn->data, dn->len)) {
			return 1;
		}
	}
	return 0;
}

/* It vouches where the CA that issued it does. */
static int
add_link(const certificate *cert, const br_x500_name *dn, const void *data,
	size_t len)
{
	int err = certificate_issuing_flaw(cert);

	if (err == 0 && !has_anchor(&cert->issuer) &&
		!operators_chain_has(&cert->issuer)) {
		err = ERR_X509_ANCHOR_WITHOUT_ISSUER;
	}
	if (err == 0) {
		err = operators_chain_add(data, len);
	}
	return err != 0 ? err : add_name(dn);
}

static int
add_certificate(const certificate *cert, br_x509_decoder_context *decoder,
	const br_x500_name *dn)
{
	br_x509_trust_anchor ta = {
		*dn, BR_X509_TA_CA, *br_x509_decoder_get_pkey(decoder)};
	anchor_facts facts = {.purposes = 0};
	int err = read_facts(&facts, cert, decoder);

	return err != 0 ? err : add_anchor(&ta, &facts);
}

static NOT_INLINED int
add(const void *data, size_t len)
{
	br_x509_decoder_context decoder;
	static name subject;
	br_x500_name dn = {subject.data, 0};
	certificate cert;
	int is_ca, is_v1_root, err;

	subject.len = 0;
	br_x509_decoder_init(&decoder, &append_name, &subject);
	br_x509_decoder_push(&decoder, data, len);
	if (br_x509_decoder_get_pkey(&decoder) == NULL) {
		return br_x509_decoder_last_error(&decoder);
	}
	if (subject.len > sizeof subject.data) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	dn.len = subject.len;

	/* What we can't read may forbid what we would allow. */
	if (!certificate_parse(&cert, data, len)) {
		return BR_ERR_X509_UNEXPECTED;
	}
	is_v1_root = certificate_is_v1_root(&cert);
	is_ca = br_x509_decoder_isCA(&decoder) || is_v1_root;
	err = certificate_flaw(&cert, is_ca);
	if (err == 0 && !is_ca) {
		/* A peer will present it. */
		err = certificate_issuing_flaw(&cert);
	}
	if (err != 0) {
		return err;
	}
	if (certificate_says_nothing_of_issuer(&cert)) {
		return ERR_X509_UNREADABLE_EXTENSION;
	}
	if (certificate_denies_itself(&cert)) {
		return BR_ERR_X509_DN_MISMATCH;
	}
	if (is_ca && !certificate_may_sign(&cert)) {
		return ERR_X509_ANCHOR_MAY_NOT_SIGN;
	}
	if (is_ca && !partial_chains && !certificate_is_self_issued(&cert)) {
		return add_link(&cert, &dn, data, len);
	}
	if (!is_ca || is_v1_root) {
		err = add_pin(&dn, data, len);
	}
	return err != 0 || !is_ca ? err : add_certificate(&cert, &decoder, &dn);
}

/* see abi.h */
int
engine_add_trust_anchor(const void *data, size_t len)
{
	late_constants();
	return add(data, len);
}

/* see abi.h */
void
engine_trust_partial_chains(void)
{
	partial_chains = 1;
}

/* see trust-anchors.h */
const trust_anchors *
trust_anchors_get(void)
{
	return &anchors;
}
