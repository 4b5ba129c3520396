/*
 * A hello that offers TLS 1.3 offers RSA-PSS, and a server of TLS 1.2 may then
 * sign its key exchange so (RFC 8446, 4.2.3). BearSSL 0.6 doesn't know the
 * algorithm: it gets to see PKCS #1 with the same hash function, the transcript
 * what the server said, and we verify the signature.
 */
#include <string.h>
#include "crypto/pss.h"
#include "inner.h"
#include "context.h"
#include "message-place.h"

#define SERVER_KEY_EXCHANGE 12

/* RFC 8422, 5.4: three bytes of curve, then the point's length and the point;
   then come the two bytes of the algorithm. */
#define POINT_AT 4
#define NAMED_CURVE 3

/* 0x0804 to 0x0806, each of a hash of BearSSL's number. */
#define PSS 8
#define PKCS1 1

/* The server's messages, so far as BearSSL gets them. */
static message_place at;
static uint32_t algorithm_at; /* in the body; 0: nowhere */
static int has_first;         /* the algorithm's first byte came and is PSS */

static void
step(unsigned char byte)
{
	message_step(&at, byte);
	if (at.done == 0) {
		algorithm_at = 0;
	} else if (at.done == POINT_AT) {
		algorithm_at = POINT_AT + byte;
	}
}

/* A message that is whole is behind us. */
static int
is_at_algorithm(void)
{
	return at.type == SERVER_KEY_EXCHANGE && at.header > 0 &&
	       at.done >= POINT_AT && at.done == algorithm_at;
}

/* Lets BearSSL have the input up to the algorithm. Returns 0 if it took
   less. */
static int
run_up_to_algorithm(br_ssl_engine_context *eng, void *t0ctx)
{
	const unsigned char *input = eng->hbuf_in;
	size_t all = eng->hlen_in, len = 0, left;

	while (len < all && !is_at_algorithm()) {
		step(input[len++]);
	}
	eng->hlen_in = len;
	tls12.run(t0ctx);
	left = eng->hlen_in;
	eng->hlen_in = all - len + left;
	return left == 0;
}

/* NULL: PSS is not defined with it. */
static const br_hash_class *
hash_of(const br_ssl_engine_context *eng, unsigned char second)
{
	return second >= br_sha256_ID && second <= br_sha512_ID
		       ? br_multihash_getimpl(&eng->mhash, second)
		       : NULL;
}

static void
take(br_ssl_engine_context *eng)
{
	step(*eng->hbuf_in++);
	eng->hlen_in--;
}

/* What BearSSL reads in place of the algorithm, which the transcript gets. */
static void
run_with_pkcs1(br_ssl_engine_context *eng, void *t0ctx, unsigned char second)
{
	const unsigned char said[2] = {PSS, second};
	unsigned char read[2] = {second, PKCS1};
	unsigned char *input = eng->hbuf_in;
	size_t left = eng->hlen_in;
	br_multihash_context transcript = eng->mhash;

	tls12.pss = hash_of(eng, second);
	if (tls12.pss == NULL) {
		read[0] = PSS;
		read[1] = second;
	}
	eng->hbuf_in = read;
	eng->hlen_in = sizeof read;
	tls12.run(t0ctx);
	eng->hbuf_in = input;
	eng->hlen_in = left;
	eng->mhash = transcript;
	br_multihash_update(&eng->mhash, said, sizeof said);
}

/* At the algorithm, or behind its first byte. */
static void
run_algorithm(br_ssl_engine_context *eng, void *t0ctx)
{
	if (!has_first && eng->hlen_in > 0 && *eng->hbuf_in == PSS) {
		has_first = 1;
		take(eng);
	}
	if (has_first && eng->hlen_in > 0) {
		unsigned char second = *eng->hbuf_in;

		has_first = 0;
		take(eng);
		run_with_pkcs1(eng, t0ctx, second);
	}
}

/* see context.h */
void
run_without_pss(void *t0ctx)
{
	br_ssl_engine_context *eng = &tls12.side.engine;

	if (!tls12.offered_pss || eng->application_data != 0 ||
		eng->record_type_in != BR_SSL_HANDSHAKE) {
		tls12.run(t0ctx);
		return;
	}
	do {
		if (has_first || is_at_algorithm()) {
			run_algorithm(eng, t0ctx);
			if (has_first || br_ssl_engine_closed(eng)) {
				return;
			}
			/* Some other algorithm is BearSSL's to read. */
			if (is_at_algorithm() && eng->hlen_in > 0) {
				algorithm_at = 0;
			}
		}
	} while (run_up_to_algorithm(eng, t0ctx) && is_at_algorithm() &&
		 eng->hlen_in > 0 && !br_ssl_engine_closed(eng));
}

/* What the server signs (RFC 8422, 5.4). */
static size_t
hash_exchange(const br_hash_class *hash, unsigned char *out)
{
	const br_ssl_engine_context *eng = &tls12.side.engine;
	const unsigned char head[4] = {
		NAMED_CURVE, 0, eng->ecdhe_curve, eng->ecdhe_point_len};
	br_hash_compat_context h;

	hash->init(&h.vtable);
	hash->update(&h.vtable, eng->client_random, sizeof eng->client_random);
	hash->update(&h.vtable, eng->server_random, sizeof eng->server_random);
	hash->update(&h.vtable, head, sizeof head);
	hash->update(&h.vtable, eng->ecdhe_point, eng->ecdhe_point_len);
	hash->out(&h.vtable, out);
	return hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

/* see context.h */
uint32_t
verify_key_exchange(const unsigned char *sig, size_t sig_len,
	const unsigned char *hash_oid, size_t hash_len,
	const br_rsa_public_key *pk, unsigned char *hash_out)
{
	unsigned char value[64];

	if (tls12.pss == NULL) {
		return br_rsa_i31_pkcs1_vrfy(
			sig, sig_len, hash_oid, hash_len, pk, hash_out);
	}
	if (hash_exchange(tls12.pss, value) != hash_len ||
		!pss_verify(sig, sig_len, pk, tls12.pss, value)) {
		return 0;
	}
	memcpy(hash_out, value, hash_len);
	return 1;
}
