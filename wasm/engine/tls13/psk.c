/*
 * pre_shared_key, as a server reads it (RFC 8446, 4.2.11). What is not a
 * ticket of ours leads to a full handshake; a wrong binder to an alert.
 */
#include <string.h>
#include "client-offer.h"
#include "context.h"
#include "finished.h"
#include "labels.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/wipe.h"

static void
note_candidate(unsigned index, const reader *identity, const reader *binder)
{
	psk_candidate *c = &tls13.candidates[tls13.candidates_len];

	if (identity->left != TICKET_LEN) {
		return;
	}
	c->index = index;
	memcpy(c->ticket, identity->data, TICKET_LEN);
	c->binder_len = binder->left;
	if (binder->left <= sizeof c->binder) {
		memcpy(c->binder, binder->data, binder->left);
	}
	tls13.candidates_len++;
}

/* A binder is about the hello up to the list of binders, and about what came
   before the hello (4.2.11.2). */
static void
hash_up_to_binders(
	const client_offer *offer, const unsigned char *body, size_t len)
{
	const unsigned char header[MESSAGE_HEADER] = {MESSAGE_CLIENT_HELLO,
		(unsigned char)(len >> 16), (unsigned char)(len >> 8),
		(unsigned char)len};
	transcript partial = tls13.transcript;

	transcript_add(&partial, header, sizeof header);
	transcript_add(&partial, body, len - 2 - offer->binders.left);
	transcript_hash(&partial, tls13.binder_hash);
}

/* see context.h */
void
psk_note(const client_offer *offer, const unsigned char *body, size_t len)
{
	reader identities = offer->identities, binders = offer->binders;
	unsigned n;

	tls13.candidates_len = 0;
	if (!offer->has_psk_dhe || conn.tickets == 0 || conn.clock == 0 ||
		conn.peer != NULL) {
		return;
	}
	for (n = 0; n < CANDIDATES_MAX && identities.left > 0; n++) {
		reader identity = reader_vector16(&identities);
		reader binder = reader_vector8(&binders);

		reader_u32(&identities);
		note_candidate(n, &identity, &binder);
	}
	if (offer->has_psk) {
		hash_up_to_binders(offer, body, len);
	}
}

/* see context.h */
int
psk_ask(void)
{
	if (tls13.close_said || tls13.candidate == tls13.candidates_len) {
		return 0;
	}
	memcpy(tls13.scratch, tls13.candidates[tls13.candidate].ticket,
		TICKET_LEN);
	tls13.scratch_len = TICKET_LEN;
	tls13.request = ENGINE_REQUEST_OPEN;
	tls13.waits_for_keeper = 1;
	return 1;
}

static int
binder_matches(const psk_candidate *c)
{
	const br_hash_class *hash = tls13.suite->hash;
	unsigned char key[SUITE_HASH_MAX];
	int matches;

	secrets_binder_key(hash, tls13.psk, key);
	matches = finished_matches(
		hash, key, tls13.binder_hash, c->binder, c->binder_len);
	wipe(key, sizeof key);
	return matches;
}

/* see context.h */
int
psk_take(size_t len)
{
	const psk_candidate *c = &tls13.candidates[tls13.candidate++];
	int good = ticket_state_read(tls13.scratch, len);

	wipe(tls13.scratch, TICKET_LEN);
	if (!good) {
		return 0;
	}
	if (!binder_matches(c)) {
		return ERR_BAD_BINDER;
	}
	tls13.resumed = 1;
	tls13.psk_index = c->index;
	return 0;
}
