/*
 * Session tickets, sealed and opened:
 *
 *   name 8 || salt 32 || ciphertext || tag 16
 *
 * The ticket key of a period is an HMAC of the period, keyed with a seed that
 * follows from the private key, or from a key of a file, where all is one
 * period. The name tells the ticket key, and each salt
 * makes a key for one ticket: ChaCha20-Poly1305 (RFC 8439) with a nonce of
 * zeros. An engine that repeats a salt hurts its own tickets alone.
 */
#include <string.h>
#include "abi.h"
#include "inner.h"
#include "crypto/chacha20-simd.h"
#include "crypto/poly1305-simd.h"
#include "crypto/wipe.h"
#include "key.h"

#define NAME 8
#define SALT 32
#define TAG 16
#define HEAD (NAME + SALT)
#define KEY 32

/* What a ticket has besides salt and state. */
#define EXTRA (NAME + TAG)

/* HMAC-SHA-256 of a label, with its NUL, and of some bytes. */
static void
derive(const unsigned char *secret, const char *label,
	const unsigned char *data, size_t len, unsigned char *out)
{
	br_hmac_key_context kc;
	br_hmac_context hc;

	br_hmac_key_init(&kc, &br_sha256_vtable, secret, KEY);
	br_hmac_init(&hc, &kc, 0);
	br_hmac_update(&hc, label, strlen(label) + 1);
	br_hmac_update(&hc, data, len);
	br_hmac_out(&hc, out);
	wipe(&kc, sizeof kc);
	wipe(&hc, sizeof hc);
}

static void
ticket_key(const unsigned char *seed, uint32_t period, unsigned char *out)
{
	unsigned char number[4];

	br_enc32be(number, period);
	derive(seed, "bearhug tickets", number, sizeof number, out);
}

static void
ticket_name(const unsigned char *secret, unsigned char *out)
{
	unsigned char whole[KEY];

	derive(secret, "name", NULL, 0, whole);
	memcpy(out, whole, NAME);
}

/* Both ways; `state` stands behind the head, which is authenticated. */
static void
run(const unsigned char *secret, unsigned char *ticket, size_t state_len,
	unsigned char *tag, int encrypt)
{
	static const unsigned char nonce[12];
	unsigned char once[KEY];

	derive(secret, "seal", ticket + NAME, SALT, once);
	poly1305_simd_run(once, nonce, ticket + HEAD, state_len, ticket, HEAD,
		tag, &chacha20_simd_run, encrypt);
	wipe(once, sizeof once);
}

static size_t
seal(const unsigned char *seed, uint32_t period, unsigned char *data,
	size_t len)
{
	unsigned char secret[KEY];

	if (len <= SALT || len > KEEPER_TICKET_MAX - EXTRA) {
		wipe(data, len);
		return 0;
	}
	memmove(data + NAME, data, len);
	ticket_key(seed, period, secret);
	ticket_name(secret, data);
	run(secret, data, len - SALT, data + NAME + len, 1);
	wipe(secret, sizeof secret);
	return len + EXTRA;
}

/* All bytes are looked at, however early they differ. */
static int
equals(const unsigned char *a, const unsigned char *b, size_t len)
{
	unsigned differs = 0;
	size_t u;

	for (u = 0; u < len; u++) {
		differs |= a[u] ^ b[u];
	}
	return differs == 0;
}

/* Is that its name? */
static int
has_name(const unsigned char *secret, const unsigned char *name)
{
	unsigned char known[NAME];

	ticket_name(secret, known);
	return equals(known, name, NAME);
}

/* The key of that name: of this period, the one before, or the one after, in
   which another machine's clock may be already. */
static int
find_in_periods(const unsigned char *seed, uint32_t period,
	const unsigned char *name, unsigned char *secret)
{
	uint32_t n;

	for (n = 0; n < 3; n++) {
		ticket_key(seed, period + 1 - n, secret);
		if (has_name(secret, name)) {
			return 1;
		}
	}
	return 0;
}

static int
find_in_ring(const ticket_ring *ring, const unsigned char *name,
	unsigned char *secret)
{
	size_t u;

	for (u = 0; u < ring->count; u++) {
		ticket_key(ring->seeds[u], 0, secret);
		if (has_name(secret, name)) {
			return 1;
		}
	}
	return 0;
}

static int
may_be_ticket(size_t len)
{
	return len > HEAD + TAG && len <= KEEPER_TICKET_MAX;
}

/* With the key of its name, which is wiped; without `found` there is none. */
static size_t
open(unsigned char *data, size_t len, unsigned char *secret, int found)
{
	unsigned char tag[TAG];
	size_t state_len = 0;

	if (found) {
		state_len = len - HEAD - TAG;
		run(secret, data, state_len, tag, 0);
		if (!equals(tag, data + len - TAG, TAG)) {
			state_len = 0;
		}
	}
	if (state_len > 0) {
		memmove(data, data + HEAD, state_len);
	}

	/* What a changed ticket was decrypted to is not for the host. */
	wipe(data + state_len, len - state_len);
	wipe(secret, KEY);
	return state_len;
}

/* see key.h */
size_t
key_seal(const private_key *key, uint32_t period, unsigned char *data,
	size_t len)
{
	return seal(key->ticket_seed, period, data, len);
}

/* see key.h */
size_t
key_open(const private_key *key, uint32_t period, unsigned char *data,
	size_t len)
{
	unsigned char secret[KEY];

	return open(data, len, secret,
		may_be_ticket(len) && find_in_periods(key->ticket_seed, period,
					      data, secret));
}

/* see key.h */
int
ticket_ring_add(ticket_ring *ring, const unsigned char *bytes, size_t len)
{
	br_sha256_context sc;

	if (ring->count == KEEPER_RING_MAX) {
		return 0;
	}
	br_sha256_init(&sc);
	br_sha256_update(&sc, bytes, len);
	br_sha256_out(&sc, ring->seeds[ring->count++]);
	wipe(&sc, sizeof sc);
	return 1;
}

/* see key.h */
size_t
ticket_ring_seal(const ticket_ring *ring, unsigned char *data, size_t len)
{
	if (ring->count == 0) {
		__builtin_trap();
	}
	return seal(ring->seeds[0], 0, data, len);
}

/* see key.h */
size_t
ticket_ring_open(const ticket_ring *ring, unsigned char *data, size_t len)
{
	unsigned char secret[KEY];

	return open(data, len, secret,
		may_be_ticket(len) && find_in_ring(ring, data, secret));
}
