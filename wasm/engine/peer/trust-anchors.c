/*
 * CA certificates become trust anchors: a name and a public key each, in
 * the arena. Other certificates become a name and a pin.
 */
#include <string.h>
#include "engine/abi.h"
#include "arena.h"
#include "bearssl.h"
#include "engine/peer/certificate.h"
#include "engine/peer/pins.h"
#include "engine/peer/trust-anchors.h"

static trust_anchors anchors;

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
	return alen == blen && memcmp(a, b, alen) == 0;
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

/* Two certificates of one CA (renewed, or cross-signed) are one anchor. */
static int
is_known(const name *dn, unsigned flags, const br_x509_pkey *pk)
{
	size_t u;

	for (u = 0; u < anchors.count; u++) {
		const br_x509_trust_anchor *ta = &anchors.list[u];

		if (ta->flags == flags &&
			same(ta->dn.data, ta->dn.len, dn->data, dn->len) &&
			same_key(&ta->pkey, pk)) {
			return 1;
		}
	}
	return 0;
}

/* Room for one more; the table doubles when full. */
static int
reserve(void)
{
	br_x509_trust_anchor *grown;
	size_t max;

	if (anchors.count < anchors.max) {
		return 1;
	}
	max = anchors.max == 0 ? 8 : anchors.max * 2;
	grown = arena_alloc(max * sizeof *grown);
	if (grown == NULL) {
		return 0;
	}
	if (anchors.list != NULL) {
		memcpy(grown, anchors.list, anchors.count * sizeof *grown);
	}
	anchors.list = grown;
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

static int
add_anchor(const name *dn, unsigned flags, const br_x509_pkey *pk)
{
	br_x509_trust_anchor ta;

	if (is_known(dn, flags, pk)) {
		return 0;
	}
	ta.flags = flags;
	ta.dn.data = arena_copy(dn->data, dn->len);
	ta.dn.len = dn->len;
	if (!reserve() || ta.dn.data == NULL || !keep_key(&ta.pkey, pk)) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	anchors.list[anchors.count++] = ta;
	anchors.names_len += 2 + dn->len;
	return 0;
}

/*
 * BearSSL knows no name constraints. In a chain it refuses those that are
 * critical, but of an anchor it takes the name and the key alone: then the
 * CA would be believed more than its own certificate asks for.
 */
static int
is_constrained(const void *data, size_t len)
{
	certificate cert;
	const unsigned char *critical;

	/* What we can't read may have them. */
	if (!certificate_parse(&cert, data, len)) {
		return 1;
	}
	critical = certificate_critical(&cert, EXT_NAME_CONSTRAINTS);
	return critical != NULL && *critical != 0;
}

/* see abi.h */
int
engine_add_trust_anchor(const void *der, size_t len)
{
	br_x509_decoder_context decoder;
	const br_x509_pkey *pk;
	static name dn;
	int err;

	dn.len = 0;
	br_x509_decoder_init(&decoder, &append_name, &dn);
	br_x509_decoder_push(&decoder, der, len);
	pk = br_x509_decoder_get_pkey(&decoder);
	if (pk == NULL) {
		return br_x509_decoder_last_error(&decoder);
	}
	if (dn.len > sizeof dn.data) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (is_constrained(der, len)) {
		return BR_ERR_X509_CRITICAL_EXTENSION;
	}
	if (br_x509_decoder_isCA(&decoder)) {
		return add_anchor(&dn, BR_X509_TA_CA, pk);
	}
	err = pins_add(der, len);
	return err != 0 ? err : add_anchor(&dn, 0, &no_key);
}

/* see trust-anchors.h */
const trust_anchors *
trust_anchors_get(void)
{
	return &anchors;
}

/* see trust-anchors.h */
int
trust_anchors_have(const der *name)
{
	size_t u;

	for (u = 0; u < anchors.count; u++) {
		const br_x509_trust_anchor *ta = &anchors.list[u];

		if ((ta->flags & BR_X509_TA_CA) != 0 &&
			same(ta->dn.data, ta->dn.len, name->data, name->len)) {
			return 1;
		}
	}
	return 0;
}
