/*
 * NewSessionTicket (RFC 8446, 4.6.1). They are sealed when the client's
 * Finished is good, and leave in front of our first data, in the same write:
 * a client that sends and closes, and never reads, must not get a reset for
 * what it did not ask for.
 */
#include <string.h>
#include "context.h"
#include "labels.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "crypto/wipe.h"

/* see context.h */
void
tickets_begin(void)
{
	/* After our close_notify nothing is said, nor asked of the keeper. */
	if (tls13.close_said || !tls13.takes_tickets || conn.tickets == 0 ||
		conn.clock == 0 || conn.peer != NULL ||
		conn.ticket_lifetime == 0) {
		return;
	}
	if (!tls13.resumed) {
		tls13.first_at = conn.clock;
	}

	/* A client that resumes has used one up. */
	tls13.tickets_due = tls13.resumed ? 1 : conn.tickets;
}

/* see context.h */
void
ticket_key(const void *nonce, size_t len, unsigned char *psk)
{
	const br_hash_class *hash = tls13.suite->hash;

	memset(psk, 0, SUITE_HASH_MAX);
	label_expand(hash, tls13.secrets.resumption, "resumption", nonce, len,
		psk, label_hash_len(hash));
}

/* see context.h */
int
tickets_ask(void)
{
	unsigned char nonce = (unsigned char)tls13.tickets_due;
	unsigned char psk[SUITE_HASH_MAX];

	if (nonce == 0) {
		return 0;
	}
	ticket_key(&nonce, 1, psk);
	random_draw(&conn.random, tls13.scratch, TICKET_SALT);
	ticket_state_write(tls13.scratch + TICKET_SALT, psk);
	wipe(psk, sizeof psk);
	tls13.scratch_len = TICKET_SALT + TICKET_STATE;
	tls13.request = ENGINE_REQUEST_SEAL;
	tls13.waits_for_keeper = 1;
	return 1;
}

static void
write_ticket(writer *out, unsigned char nonce)
{
	size_t body, ticket;

	writer_u8(out, MESSAGE_NEW_SESSION_TICKET);
	body = writer_open(out, 3);
	writer_u32(out, conn.ticket_lifetime);
	random_draw(&conn.random, writer_room(out, 4), 4);
	writer_u8(out, 1);
	writer_u8(out, nonce);
	ticket = writer_open(out, 2);
	writer_bytes(out, tls13.scratch, TICKET_LEN);
	writer_close(out, ticket, 2);
	writer_u16(out, 0); /* no extensions: no early data */
	writer_close(out, body, 3);
}

/* see context.h */
void
tickets_take(size_t len)
{
	size_t nonce = tls13.tickets_due--;
	writer out;

	if (len == TICKET_LEN) {
		writer_init(&out, tls13.tickets + tls13.tickets_len,
			TICKET_MESSAGE);
		write_ticket(&out, (unsigned char)nonce);
		tls13.tickets_len += out.len;
	} else {
		/* The keeper gives none: it will not give the next one. */
		tls13.tickets_due = 0;
	}

	/* A client with very short records gets none. */
	if (tls13.tickets_due == 0 && tls13.tickets_len > 0 &&
		!record_out_reserve(&tls13.out, tls13.tickets_len)) {
		tls13.tickets_len = 0;
	}
}

/* see context.h */
void
tickets_write(void)
{
	if (tls13.tickets_len > 0) {
		record_out_put_in_front(&tls13.out, tls13.tickets,
			tls13.tickets_len, key_update_is_due());
		wipe(tls13.tickets, sizeof tls13.tickets);
		tls13.tickets_len = 0;
	}
}
