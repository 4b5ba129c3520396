/*
 * What only BoringSSL's tests set and read of an engine: before the start,
 * exactly which versions and suites; afterwards, what was used.
 * None of it is in the engine that we ship.
 */
#include "engine/connection.h"
#include "engine/peer/peer.h"
#include "engine/tls12/context.h"
#include "export.h"
#include "inner.h"

EXPORT(bogo_versions) void bogo_versions(uint32_t min, uint32_t max);
EXPORT(bogo_only_suite) void bogo_only_suite(uint32_t suite);
EXPORT(bogo_trust_any_client) void bogo_trust_any_client(void);
EXPORT(bogo_group) uint32_t bogo_group(void);
EXPORT(bogo_peer_scheme) uint32_t bogo_peer_scheme(void);

/* On the wire: 0x0301 to 0x0304. */
void
bogo_versions(uint32_t min, uint32_t max)
{
	conn.offer.min_version = min;
	conn.offer.max_version = max;
}

void
bogo_only_suite(uint32_t suite)
{
	conn.offer.suites[0] = (uint16_t)suite;
	conn.offer.suites_len = 1;
}

/* As a server that asks for a certificate: any will do. */
void
bogo_trust_any_client(void)
{
	conn.peer = peer_anyone();
}

/* A NamedGroup; 0 without an exchange of keys. */
uint32_t
bogo_group(void)
{
	session_facts facts;

	conn.speaks->facts(&facts);
	return facts.version > BR_TLS12 ? facts.group
					: tls12.side.engine.ecdhe_curve;
}

/*
 * The last signature that was verified: what the peer signed its handshake
 * with, since its chain comes before. A SignatureScheme (RFC 8446, 4.2.3).
 */
static uint32_t scheme;

#define ECDSA 0x03
#define RSA_PKCS1 0x01
#define RSA_MD5_SHA1 0xFF01

/* RFC 5246, 7.4.1.4.1: the hash functions' numbers, by their lengths. */
static uint32_t
hash_of(size_t len)
{
	switch (len) {
	case 20:
		return 0x0200;
	case 28:
		return 0x0300;
	case 32:
		return 0x0400;
	case 48:
		return 0x0500;
	case 64:
		return 0x0600;
	default:
		return 0;
	}
}

uint32_t
__real_br_rsa_i31_pkcs1_vrfy(const unsigned char *x, size_t xlen,
	const unsigned char *hash_oid, size_t hash_len,
	const br_rsa_public_key *pk, unsigned char *hash_out);
uint32_t
__wrap_br_rsa_i31_pkcs1_vrfy(const unsigned char *x, size_t xlen,
	const unsigned char *hash_oid, size_t hash_len,
	const br_rsa_public_key *pk, unsigned char *hash_out);

uint32_t
__wrap_br_rsa_i31_pkcs1_vrfy(const unsigned char *x, size_t xlen,
	const unsigned char *hash_oid, size_t hash_len,
	const br_rsa_public_key *pk, unsigned char *hash_out)
{
	scheme =
		hash_oid == NULL ? RSA_MD5_SHA1 : hash_of(hash_len) | RSA_PKCS1;
	return __real_br_rsa_i31_pkcs1_vrfy(
		x, xlen, hash_oid, hash_len, pk, hash_out);
}

uint32_t
__real_br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash,
	size_t hash_len, const br_ec_public_key *pk, const void *sig,
	size_t sig_len);
uint32_t
__wrap_br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash,
	size_t hash_len, const br_ec_public_key *pk, const void *sig,
	size_t sig_len);

uint32_t
__wrap_br_ecdsa_i31_vrfy_asn1(const br_ec_impl *impl, const void *hash,
	size_t hash_len, const br_ec_public_key *pk, const void *sig,
	size_t sig_len)
{
	scheme = hash_of(hash_len) | ECDSA;
	return __real_br_ecdsa_i31_vrfy_asn1(
		impl, hash, hash_len, pk, sig, sig_len);
}

uint32_t
__real_pss_verify(const unsigned char *sig, size_t len,
	const br_rsa_public_key *pk, const br_hash_class *hash,
	const unsigned char *hv);
uint32_t
__wrap_pss_verify(const unsigned char *sig, size_t len,
	const br_rsa_public_key *pk, const br_hash_class *hash,
	const unsigned char *hv);

/* rsa_pss_rsae_sha256 and what follows it have BearSSL's numbers of hashes. */
uint32_t
__wrap_pss_verify(const unsigned char *sig, size_t len,
	const br_rsa_public_key *pk, const br_hash_class *hash,
	const unsigned char *hv)
{
	scheme = 0x0800 | hash_of(br_digest_size(hash)) >> 8;
	return __real_pss_verify(sig, len, pk, hash, hv);
}

uint32_t
bogo_peer_scheme(void)
{
	return scheme;
}
