/*
 * A key file. What it gives signs so that its certificate's key agrees.
 */
#include <string.h>
#include <sanitizer/asan_interface.h>
#include "bearssl.h"
#include "check.h"
#include "instance.h"
#include "recorded.h"
#include "keeper/abi.h"

/* One hash function or another, by the length of the key's file. */
typedef struct {
	uint32_t id;
	size_t len;
	const unsigned char *oid;
} hash;

static const hash hashes[] = {
	{br_sha1_ID, br_sha1_SIZE, BR_HASH_OID_SHA1},
	{br_sha224_ID, br_sha224_SIZE, BR_HASH_OID_SHA224},
	{br_sha256_ID, br_sha256_SIZE, BR_HASH_OID_SHA256},
	{br_sha384_ID, br_sha384_SIZE, BR_HASH_OID_SHA384},
	{br_sha512_ID, br_sha512_SIZE, BR_HASH_OID_SHA512},
};

#define HASHES (sizeof hashes / sizeof hashes[0])
#define HASH_MAX br_sha512_SIZE

static const unsigned char value[HASH_MAX] = {1, 2, 3};

static const char *const names[] = {"p256", "rsa", "p384", "p521"};

/* What is behind the input is not to be looked at. */
static unsigned char *
fill(const uint8_t *data, size_t len)
{
	unsigned char *mailbox = keeper_mailbox();

	ASAN_UNPOISON_MEMORY_REGION(mailbox, KEEPER_MAILBOX);
	memset(mailbox, 0, KEEPER_MAILBOX);
	memcpy(mailbox, data, len);
	ASAN_POISON_MEMORY_REGION(mailbox + len, KEEPER_MAILBOX - len);
	return mailbox;
}

static void
open_mailbox(void)
{
	ASAN_UNPOISON_MEMORY_REGION(keeper_mailbox(), KEEPER_MAILBOX);
}

static void
check_blank(size_t len)
{
	const unsigned char *mailbox = keeper_mailbox();
	size_t u;

	for (u = 0; u < len; u++) {
		CHECK(mailbox[u] == 0);
	}
}

static uint32_t
verify(const bytes *certificate, const hash *h, const unsigned char *sig,
	size_t len)
{
	br_x509_decoder_context decoder;
	const br_x509_pkey *pk;
	unsigned char found[HASH_MAX];

	br_x509_decoder_init(&decoder, NULL, NULL);
	br_x509_decoder_push(&decoder, certificate->data, certificate->len);
	pk = br_x509_decoder_get_pkey(&decoder);
	if (pk->key_type == BR_KEYTYPE_EC) {
		return br_ecdsa_i31_vrfy_asn1(
			&br_ec_prime_i31, value, h->len, &pk->key.ec, sig, len);
	}
	return br_rsa_i31_pkcs1_vrfy(
		       sig, len, h->oid, h->len, &pk->key.rsa, found) &&
	       memcmp(found, value, h->len) == 0;
}

/* Use the key as the one of a certificate. */
static void
use(uint32_t key, const bytes *certificate, const hash *h)
{
	unsigned char sig[512];
	int32_t claim, match;
	size_t len;

	fill(certificate->data, certificate->len);
	claim = keeper_match_claim(key, certificate->len);
	match = keeper_match(key, certificate->len);
	CHECK(match == 0 || match == KEEPER_OTHER_KEY);
	CHECK(claim == 0 || claim == KEEPER_OTHER_KEY);
	open_mailbox();
	if (match != 0) {
		return;
	}
	memcpy(keeper_mailbox(), value, h->len);
	len = keeper_sign(key, h->id, h->len);

	/* An RSA key can be damaged in what a certificate doesn't show. */
	CHECK(len <= sizeof sig);
	if (len > 0) {
		memcpy(sig, keeper_mailbox(), len);
		CHECK(verify(certificate, h, sig, len));
	}
	memset(keeper_mailbox(), 0x55, sizeof sig);
	CHECK(keeper_decrypt(key, 256) <= 256);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static instance *keeper;
	static snapshot *start;
	int32_t key;
	size_t u;

	if (start == NULL) {
		for (u = 0; u < sizeof names / sizeof names[0]; u++) {
			recorded_certificate(names[u]);
		}
		keeper = instance_new(MODULE_KEEPER);
		start = snapshot_take(keeper);
	}
	snapshot_restore(start);
	if (size > KEEPER_MAILBOX) {
		return 0;
	}
	fill(data, size);
	key = keeper_load(size);
	check_blank(size);
	open_mailbox();
	CHECK(key >= KEEPER_TOO_LARGE);
	if (key >= 0) {
		for (u = 0; u < sizeof names / sizeof names[0]; u++) {
			use((uint32_t)key, recorded_certificate(names[u]),
				&hashes[size % HASHES]);
		}
	}
	return 0;
}
