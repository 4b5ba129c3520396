/*
 * Who is the peer? BearSSL's validation of its chain, with what that leaves
 * out: extended key usages, name constraints, what anchors say besides name
 * and key, certificates that are trusted for themselves, why no anchor vouched,
 * and a copy of the peer's own certificate to tell about.
 */
#include <string.h>
#include "engine/abi.h"
#include "arena.h"
#include "crypto/ec-checked.h"
#include "engine/peer/anchor-choice.h"
#include "engine/peer/certificate.h"
#include "engine/peer/chain-names.h"
#include "engine/peer/name-constraints.h"
#include "engine/peer/operators-chain.h"
#include "engine/peer/peer.h"
#include "engine/peer/pins.h"
#include "engine/peer/rules.h"
#include "late/late.h"

/* A certificate as it arrives. */
typedef struct {
	unsigned char *data;
	size_t len; /* over `max` if it didn't fit */
	size_t max;
} copy;

/*
 * BearSSL calls through a pointer to the first field, and knows nothing of
 * what is around the minimal context.
 */
typedef struct {
	const br_x509_class *vtable;
	br_x509_minimal_context minimal;
	peer_demands demands;
	void (*tell)(int error);
	copy end_entity;
	copy current;
	unsigned index;
	int verifying; /* the current one counts */
	int flaw;      /* what we found wrong where BearSSL found nothing */
	int not_yet_valid;
	int issuer_known; /* the last one says that an anchor issued it */
	int anchor_flaw;  /* why an anchor of that name doesn't vouch */
	int trusted;
} validator;

static validator peer;

#define INNER (&peer.minimal.vtable)

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	(void)ctx;
	(void)server_name;
	peer.end_entity.len = 0;
	peer.index = 0;
	peer.flaw = 0;
	peer.issuer_known = 0;
	peer.anchor_flaw = 0;
	peer.trusted = 0;
	chain_names_forget();

	/* BearSSL would take a common name for a host's; see host-name.c. */
	(*INNER)->start_chain(INNER, NULL);
}

static copy *
copy_for(unsigned index)
{
	return index == 0 ? &peer.end_entity : &peer.current;
}

static int
copy_make_room(copy *c, size_t max)
{
	c->data = arena_alloc(max);
	c->max = max;
	return c->data != NULL;
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	copy *c = copy_for(peer.index);

	(void)ctx;
	c->len = 0;

	/* At once: with the validation's error alone, as many megabytes of
	   certificates as a message can hold would still come in. */
	if (peer.index == PEER_CHAIN_MAX ||
		(peer.minimal.err == 0 && length > c->max)) {
		peer.minimal.err = BR_ERR_X509_LIMIT_EXCEEDED;
		if (peer.tell != NULL) {
			peer.tell(BR_ERR_X509_LIMIT_EXCEEDED);
		}
	}

	/* BearSSL ignores what comes after the first one that an anchor
	   vouches for, and after an error; so do we. */
	peer.verifying = peer.minimal.err == 0;
	(*INNER)->start_cert(INNER, length);
}

static void
append(const br_x509_class **ctx, const unsigned char *buf, size_t len)
{
	copy *c = copy_for(peer.index);

	(void)ctx;
	if (c->len <= c->max && len <= c->max - c->len) {
		memcpy(c->data + c->len, buf, len);
	}
	c->len += len;
}

/* Push to BearSSL what it shall read, while `c` is what was signed. */
static void
push(const copy *c, size_t *at, const unsigned char *critical)
{
	static const unsigned char not_critical = 0x00;
	br_x509_minimal_context *minimal = &peer.minimal;
	size_t before = (size_t)(critical - c->data);
	unsigned char hashing;

	(*INNER)->append(INNER, c->data + *at, before - *at);
	hashing = minimal->do_mhash;
	minimal->do_mhash = 0;
	(*INNER)->append(INNER, &not_critical, 1);
	minimal->do_mhash = hashing;
	if (hashing) {
		br_multihash_update(&minimal->mhash, critical, 1);
	}
	*at = before + 1;
}

/*
 * BearSSL knows no extended key usage and no name constraints, and refuses
 * what it doesn't know if it is critical. We know them (see inspect), so
 * BearSSL reads that they aren't, while the signature is still held against
 * what was signed. Constraints are for CAs' certificates only.
 */
static void
validate(const copy *c, const certificate *cert)
{
	const unsigned char *first, *second, *swapped;
	size_t at = 0;

	first = certificate_critical(cert, EXT_EXTENDED_KEY_USAGE);
	second = peer.index == 0
			 ? NULL
			 : certificate_critical(cert, EXT_NAME_CONSTRAINTS);
	if (first == NULL || (second != NULL && second < first)) {
		swapped = first;
		first = second;
		second = swapped;
	}
	if (first != NULL) {
		push(c, &at, first);
	}
	if (second != NULL) {
		push(c, &at, second);
	}
	(*INNER)->append(INNER, c->data + at, c->len - at);
}

/*
 * The names that a CA may certify are those of the certificates below. None
 * but CAs may say such a thing (RFC 5280, 4.2.1.10).
 */
static int
constraints_flaw(const certificate *cert)
{
	der value;
	int err;

	if (!certificate_extension(cert, EXT_NAME_CONSTRAINTS, &value)) {
		return 0;
	}
	if (peer.index == 0) {
		return certificate_is_ca(cert) ? 0 : BR_ERR_X509_UNEXPECTED;
	}
	err = name_constraints_check(&value);
	return err != 0 ? err : chain_names_meet(&value);
}

/*
 * Looks at a certificate before BearSSL does, and tells BearSSL which anchors
 * there are for it. Returns 0 or an error.
 */
static int
prepare(const copy *c, certificate *cert)
{
	br_x509_minimal_context *minimal = &peer.minimal;
	int err;

	if (c->len > c->max) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (!certificate_parse(cert, c->data, c->len)) {
		return BR_ERR_X509_UNEXPECTED;
	}
	err = certificate_flaw(cert, peer.index > 0);
	if (err == 0) {
		err = certificate_issuing_flaw(cert);
	}
	if (err == 0) {
		err = constraints_flaw(cert);
	}
	if (err == 0 &&
		certificate_has_ended(cert, minimal->days, minimal->seconds)) {
		err = BR_ERR_X509_EXPIRED;
	}
	if (err != 0) {
		return err;
	}

	/* BearSSL would count CAs that issued themselves (RFC 5280, 6.1.4),
	   when it comes to how long the path may be. */
	if (peer.index > 0) {
		minimal->num_certs = 1 + chain_names_depth();
	}
	chain_names_add(cert);
	minimal->trust_anchors = anchor_choice(cert, &peer.demands,
		&minimal->trust_anchors_num, &peer.anchor_flaw);
	peer.issuer_known = minimal->trust_anchors_num > 0;
	return 0;
}

/* Looks at a certificate after BearSSL did. Returns 0 or an error. */
static int
inspect(const certificate *cert)
{
	const br_x509_minimal_context *minimal = &peer.minimal;

	if (minimal->err == BR_ERR_X509_EXPIRED) {
		peer.not_yet_valid = certificate_begins_after(
			cert, minimal->days, minimal->seconds);
	}
	if (!certificate_allows(cert, peer.demands.purpose)) {
		return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
	}
	if (peer.index == 0 && peer.demands.purpose == PURPOSE_SERVER &&
		*peer.demands.host_name != 0 &&
		!certificate_is_for(cert, peer.demands.host_name)) {
		return BR_ERR_X509_BAD_SERVER_NAME;
	}
	if (peer.index == 0 && peer.demands.purpose == PURPOSE_SERVER &&
		!certificate_has_address(cert)) {
		return BR_ERR_X509_BAD_SERVER_NAME;
	}
	return 0;
}

static void
judge(const copy *c)
{
	certificate cert;
	int err = prepare(c, &cert);

	if (err != 0) {
		peer.minimal.err = err;
		return;
	}
	validate(c, &cert);
	if (peer.flaw == 0) {
		peer.flaw = inspect(&cert);
	}
}

static void
end_cert(const br_x509_class **ctx)
{
	const copy *c = copy_for(peer.index);

	(void)ctx;
	if (peer.verifying) {
		judge(c);
	}
	(*INNER)->end_cert(INNER);
	if (peer.index == 0 && peer.flaw == 0 && peer.minimal.err == 0 &&
		pins_have(c->data, c->len)) {
		peer.minimal.err = BR_ERR_X509_OK;
	}
	peer.index++;
}

/*
 * Where the peer's chain ends below an anchor, the operator's certificates go
 * on. They are validated as the peer's are.
 */
static void
go_on(void)
{
	const br_x509_minimal_context *minimal = &peer.minimal;
	const der *next;
	certificate last;
	const copy *c;

	while (minimal->err == 0 && peer.index > 0 &&
		peer.index < PEER_CHAIN_MAX) {
		c = copy_for(peer.index - 1);
		if (!certificate_parse(&last, c->data, c->len)) {
			return;
		}
		next = operators_chain_issuer(
			&last, minimal->days, minimal->seconds);
		if (next == NULL) {
			return;
		}
		start_cert(NULL, (uint32_t)next->len);
		append(NULL, next->data, next->len);
		end_cert(NULL);
	}
}

/*
 * A chain that doesn't hold ends the connection, even where no chain at all
 * would do: BearSSL's own tolerance makes no difference between the two.
 */
static unsigned
end_chain(const br_x509_class **ctx)
{
	unsigned err;

	(void)ctx;
	go_on();
	err = (*INNER)->end_chain(INNER);
	if (err == 0) {
		err = (unsigned)peer.flaw;
	}

	/* BearSSL tries all anchors that it gets, and says only that none
	   vouched. */
	if (err == BR_ERR_X509_NOT_TRUSTED && peer.issuer_known) {
		err = BR_ERR_X509_BAD_SIGNATURE;
	} else if (err == BR_ERR_X509_NOT_TRUSTED && peer.anchor_flaw != 0) {
		err = (unsigned)peer.anchor_flaw;
	}
	peer.trusted = err == 0;
	if (err != 0 && peer.tell != NULL) {
		peer.tell((int)err);
	}
	return err;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	(void)ctx;
	return (*INNER)->get_pkey(INNER, usages);
}

static const br_x509_class validator_vtable = {
	sizeof(validator),
	start_chain,
	start_cert,
	append,
	end_cert,
	end_chain,
	get_pkey,
};

static void
set_hashes(br_x509_minimal_context *minimal, const br_hash_class *const *hash)
{
	for (; *hash != NULL; hash++) {
		unsigned id = (*hash)->desc >> BR_HASHDESC_ID_OFF &
			      BR_HASHDESC_ID_MASK;

		br_x509_minimal_set_hash(minimal, (int)id, *hash);
	}
}

static NOT_INLINED const br_x509_class **
make_validator(const peer_demands *demands)
{
	br_x509_minimal_context *minimal = &peer.minimal;

	peer.vtable = &validator_vtable;
	peer.demands = *demands;
	if (!copy_make_room(
		    &peer.end_entity, demands->purpose == PURPOSE_SERVER
					      ? PEER_SERVER_CERTIFICATE_MAX
					      : PEER_CERTIFICATE_MAX) ||
		!copy_make_room(&peer.current, PEER_CERTIFICATE_MAX) ||
		!anchor_choice_begin()) {
		return NULL;
	}
	br_x509_minimal_init(minimal, &br_sha256_vtable, NULL, 0);
	br_x509_minimal_set_time(minimal, demands->days, demands->seconds);
	br_x509_minimal_set_rsa(minimal, &br_rsa_i31_pkcs1_vrfy);
	br_x509_minimal_set_ecdsa(
		minimal, &ec_checked, &br_ecdsa_i31_vrfy_asn1);
	if (demands->rsa_min != 0) {
		br_x509_minimal_set_minrsa(minimal, (int)demands->rsa_min);
	}
	set_hashes(minimal, demands->hashes);
	return &peer.vtable;
}

/* see peer.h */
const br_x509_class **
peer_validator(const peer_demands *demands)
{
	late_constants();
	return make_validator(demands);
}

/* see peer.h */
void
peer_tell_failures(void (*tell)(int error))
{
	peer.tell = tell;
}

/* see peer.h */
int
peer_certificate(der *whole, certificate *parts)
{
	if (!peer.trusted) {
		return 0;
	}
	whole->data = peer.end_entity.data;
	whole->len = peer.end_entity.len;
	return certificate_parse(parts, whole->data, whole->len);
}

/* see abi.h */
uint32_t
engine_peer_not_yet_valid(void)
{
	return (uint32_t)peer.not_yet_valid;
}
