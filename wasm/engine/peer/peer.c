/*
 * Who is the peer? BearSSL's validation of its chain, with what that leaves
 * out: extended key usages, certificates that are trusted for themselves,
 * why nobody vouched, and a copy of the peer's own certificate to tell
 * about.
 */
#include <string.h>
#include "engine/abi.h"
#include "arena.h"
#include "crypto/ec-checked.h"
#include "engine/peer/certificate.h"
#include "engine/peer/peer.h"
#include "engine/peer/pins.h"
#include "engine/peer/trust-anchors.h"

/* A certificate as it arrives. */
typedef struct {
	unsigned char *data;
	size_t len; /* over PEER_CERTIFICATE_MAX if it didn't fit */
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
	peer.trusted = 0;

	/* BearSSL would take a common name for a host's; see host-name.c. */
	(*INNER)->start_chain(INNER, NULL);
}

static copy *
copy_for(unsigned index)
{
	return index == 0 ? &peer.end_entity : &peer.current;
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	(void)ctx;
	copy_for(peer.index)->len = 0;
	if (peer.index >= peer.demands.chain_max && peer.minimal.err == 0) {
		peer.minimal.err = BR_ERR_X509_LIMIT_EXCEEDED;
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
	if (c->len + len <= PEER_CERTIFICATE_MAX) {
		memcpy(c->data + c->len, buf, len);
	}
	c->len += len;
}

/*
 * BearSSL knows no extended key usage, and refuses one that is critical.
 * We know it (see inspect), so BearSSL reads that it isn't, while the
 * signature is still held against what was signed.
 */
static void
validate(const copy *c)
{
	static const unsigned char not_critical = 0x00;
	br_x509_minimal_context *minimal = &peer.minimal;
	const unsigned char *critical;
	unsigned char hashing;
	certificate cert;
	size_t before;

	critical = certificate_parse(&cert, c->data, c->len)
			   ? certificate_critical(&cert, EXT_EXTENDED_KEY_USAGE)
			   : NULL;
	if (critical == NULL) {
		(*INNER)->append(INNER, c->data, c->len);
		return;
	}
	before = (size_t)(critical - c->data);
	(*INNER)->append(INNER, c->data, before);
	hashing = minimal->do_mhash;
	minimal->do_mhash = 0;
	(*INNER)->append(INNER, &not_critical, 1);
	minimal->do_mhash = hashing;
	if (hashing) {
		br_multihash_update(&minimal->mhash, critical, 1);
	}
	(*INNER)->append(INNER, critical + 1, c->len - before - 1);
}

/* Looks at a certificate after BearSSL did. Returns 0 or an error. */
static int
inspect(const copy *c)
{
	const br_x509_minimal_context *minimal = &peer.minimal;
	certificate cert;

	if (c->len > PEER_CERTIFICATE_MAX) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	if (!certificate_parse(&cert, c->data, c->len)) {
		return BR_ERR_X509_UNEXPECTED;
	}
	peer.issuer_known = trust_anchors_have(&cert.issuer);
	if (minimal->err == BR_ERR_X509_EXPIRED) {
		peer.not_yet_valid = certificate_begins_after(
			&cert, minimal->days, minimal->seconds);
	}
	if (!certificate_allows(&cert, peer.demands.purpose)) {
		return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
	}
	if (peer.index == 0 && peer.demands.purpose == PURPOSE_SERVER &&
		*peer.demands.host_name != 0 &&
		!certificate_is_for(&cert, peer.demands.host_name)) {
		return BR_ERR_X509_BAD_SERVER_NAME;
	}
	return 0;
}

static void
end_cert(const br_x509_class **ctx)
{
	const copy *c = copy_for(peer.index);

	(void)ctx;
	if (c->len <= PEER_CERTIFICATE_MAX) {
		validate(c);
	} else if (peer.minimal.err == 0) {
		peer.minimal.err = BR_ERR_X509_LIMIT_EXCEEDED;
	}
	(*INNER)->end_cert(INNER);
	if (peer.verifying && peer.flaw == 0) {
		peer.flaw = inspect(c);
	}
	if (peer.index == 0 && peer.flaw == 0 && peer.minimal.err == 0 &&
		pins_have(c->data, c->len)) {
		peer.minimal.err = BR_ERR_X509_OK;
	}
	peer.index++;
}

/*
 * A chain that doesn't hold ends the connection, even where no chain at all
 * would do: BearSSL's own tolerance makes no difference between the two.
 */
static unsigned
end_chain(const br_x509_class **ctx)
{
	unsigned err = (*INNER)->end_chain(INNER);

	(void)ctx;
	if (err == 0) {
		err = (unsigned)peer.flaw;
	}

	/* BearSSL tries all anchors of the issuer's name, and says only that
	   none vouched. */
	if (err == BR_ERR_X509_NOT_TRUSTED && peer.issuer_known) {
		err = BR_ERR_X509_BAD_SIGNATURE;
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

/* see peer.h */
const br_x509_class **
peer_validator(const peer_demands *demands)
{
	const trust_anchors *anchors = trust_anchors_get();
	br_x509_minimal_context *minimal = &peer.minimal;

	peer.vtable = &validator_vtable;
	peer.demands = *demands;
	peer.end_entity.data = arena_alloc(PEER_CERTIFICATE_MAX);
	peer.current.data = arena_alloc(PEER_CERTIFICATE_MAX);
	if (peer.end_entity.data == NULL || peer.current.data == NULL) {
		return NULL;
	}
	br_x509_minimal_init(
		minimal, &br_sha256_vtable, anchors->list, anchors->count);
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
