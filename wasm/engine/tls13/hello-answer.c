/*
 * What a server makes of a ClientHello: what it chooses, what it takes note of,
 * and what a second one may not change.
 */
#include <string.h>
#include "choice.h"
#include "client-offer.h"
#include "context.h"
#include "early-data.h"
#include "groups.h"
#include "schemes.h"
#include "engine/errors.h"

/* That record of TLS 1.2 which means nothing may come so often (D.4). */
#define CCS_MAX 2

/*
 * A host name is visible ASCII (RFC 6066, 3). Anything else, a NUL above
 * all, could mean one thing to us and another to a later reader of the name.
 */
static int
note_name(const client_offer *offer)
{
	const reader *name = &offer->name;
	size_t u;

	if (name->left >= sizeof tls13.server_name) {
		return BR_ERR_BAD_SNI;
	}
	for (u = 0; u < name->left; u++) {
		if (name->data[u] <= 0x20 || name->data[u] >= 0x7F) {
			return BR_ERR_BAD_SNI;
		}
	}
	if (name->left > 0) {
		memcpy(tls13.server_name, name->data, name->left);
	}
	tls13.server_name[name->left] = 0;
	return 0;
}

static void
note_session_id(const client_offer *offer)
{
	const reader *id = &offer->hello.session_id;

	tls13.session_id_len = id->left;
	if (id->left > 0) {
		memcpy(tls13.session_id, id->data, id->left);
	}
}

static void
note_record_limit(const client_offer *offer)
{
	/* The limit counts the inner type (RFC 8449, 4). */
	tls13.answers_limit = offer->record_limit != 0;
	if (tls13.answers_limit && offer->record_limit <= RECORD_CONTENT_MAX) {
		tls13.limit = offer->record_limit - 1;
	}
}

/* What a client is told or asked for, of an offer that holds together. */
static int
choose(const client_offer *offer, reader *share)
{
	int err = choose_suite(offer);

	if (err == 0) {
		err = choose_group(offer, share);
	}
	if (err == 0) {
		err = choose_protocol(offer);
	}
	if (err == 0) {
		err = note_name(offer);
	}
	tls13.has_schemes = offer->has_schemes;
	tls13.takes_tickets = offer->has_psk_dhe;
	note_schemes(offer);
	note_session_id(offer);
	note_record_limit(offer);
	return err;
}

/* A share of the wrong length can't be a key (4.2.8). */
static int
exchange(const reader *share)
{
	const tls13_group *group = tls13.group;

	if (share->left != group->share_len) {
		return ERR_BAD_KEY_SHARE;
	}
	return group->answer(group, share->data, tls13.share, tls13.shared);
}

static int
read_first(const client_offer *offer)
{
	reader share;
	int err = choose(offer, &share);

	if (err != 0) {
		return err;
	}
	transcript_begin(&tls13.transcript, tls13.suite->hash);
	tls13.in.ccs_allowed = RECORD_CCS_MAX;
	tls13.in.skippable = offer->has_early_data ? EARLY_DATA_MAX : 0;
	tls13.step = share.left > 0 ? STEP_CHAIN : STEP_RETRY;
	return share.left > 0 ? exchange(&share) : 0;
}

/* What a second ClientHello may not change. */
typedef struct {
	const tls13_suite *suite;
	const tls13_group *group;
	const char *protocol;
	char server_name[sizeof tls13.server_name];
	unsigned char session_id[sizeof tls13.session_id];
	size_t session_id_len;
} first_choice;

static void
remember(first_choice *first)
{
	first->suite = tls13.suite;
	first->group = tls13.group;
	first->protocol = tls13.protocol;
	memcpy(first->server_name, tls13.server_name,
		sizeof first->server_name);
	memcpy(first->session_id, tls13.session_id, sizeof first->session_id);
	first->session_id_len = tls13.session_id_len;
}

static int
is_as_before(const first_choice *first)
{
	return first->suite == tls13.suite && first->group == tls13.group &&
	       first->protocol == tls13.protocol &&
	       strcmp(first->server_name, tls13.server_name) == 0 &&
	       first->session_id_len == tls13.session_id_len &&
	       memcmp(first->session_id, tls13.session_id,
		       first->session_id_len) == 0;
}

/*
 * One share, of the group that was asked for, and no early data (4.1.2). We
 * look at what we would choose, instead of at every byte: what else may
 * differ changes nothing.
 */
static int
read_second(const client_offer *offer)
{
	first_choice first;
	reader share;
	int err;

	remember(&first);
	err = choose(offer, &share);
	if (err != 0) {
		return err;
	}
	if (!is_as_before(&first) || share.left == 0 ||
		offer->shares.left != 4 + share.left || offer->has_early_data) {
		return ERR_BAD_RETRY;
	}
	tls13.in.skippable = 0;
	tls13.step = STEP_CHAIN;
	return exchange(&share);
}

/* see context.h */
int
server_read_hello(const unsigned char *body, size_t len)
{
	client_offer offer;
	int err;

	/* Keys change behind it, or another hello is to be asked for (5.1). */
	if (tls13.in.left > 0) {
		return ERR_RECORD_SPANS_KEYS;
	}
	err = client_offer_read(&offer, body, len);
	if (err == BR_ERR_UNSUPPORTED_VERSION && tls13.retried) {
		return ERR_BAD_RETRY;
	}
	if (err != 0) {
		return err;
	}
	key_log_random(offer.hello.random);
	tls13.expects = EXPECTS_NOTHING;
	err = tls13.retried ? read_second(&offer) : read_first(&offer);
	if (err == 0 && tls13.step == STEP_CHAIN) {
		psk_note(&offer, body, len);
	}
	return err;
}
