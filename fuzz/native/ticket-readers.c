/*
 * See ticket-readers.h.
 */
#include "ticket-readers.h"
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "inner.h"
#include "crypto/wipe.h"
#include "engine/connection.h"
#include "engine/tls13/client.h"

#define CLOCK 1728000000000ULL

/* pre_shared_key around a ticket: type, lengths, age, and a binder's. */
#define AROUND (2 + 2 + 2 + 2 + 4 + 2 + 1)

/* see ticket-readers.h */
unsigned char *
copy_of(const unsigned char *data, size_t len, size_t room)
{
	unsigned char *copy = malloc(room > 0 ? room : 1);

	CHECK(copy != NULL);
	if (len > 0) {
		memcpy(copy, data, len);
	}
	return copy;
}

/* see ticket-readers.h */
int
is_blank(const unsigned char *data, size_t len)
{
	size_t u;

	for (u = 0; u < len; u++) {
		if (data[u] != 0) {
			return 0;
		}
	}
	return 1;
}

/* As a server's state: what is its own is taken, and no part of it. */
static void
check_server(const unsigned char *state, size_t len)
{
	unsigned char exact[TICKET_STATE], key[SUITE_HASH_MAX] = {1};
	unsigned char *copy = copy_of(state, len, len);

	conn.clock = CLOCK;
	conn.ticket_lifetime = ENGINE_TICKET_LIFETIME_MAX;
	tls13.first_at = CLOCK;
	ticket_state_write(exact, key);
	CHECK(ticket_state_read(exact, sizeof exact));
	CHECK(memcmp(tls13.psk, key, sizeof key) == 0);
	CHECK(!ticket_state_read(exact, sizeof exact - 1));
	if (ticket_state_read(copy, len)) {
		CHECK(len == TICKET_STATE);
		CHECK(memcmp(copy + len - 32, exact + len - 32, 32) == 0);
	}
	free(copy);
}

/* As a client's session: it is offered whole or not at all. */
static void
check_client(const unsigned char *state, size_t len)
{
	unsigned char room[AROUND + ENGINE_SESSION_MAX + SUITE_HASH_MAX];
	unsigned char *copy = copy_of(state, len, len);
	writer out;

	wipe(&client, sizeof client);
	conn.session = copy;
	conn.session_len = len;
	conn.session_age = 1000;
	client_session_begin();
	if (client.session_hash != NULL) {
		size_t ticket = client.ticket.left;

		CHECK(ticket > 0 && ticket < len && len <= ENGINE_SESSION_MAX);
		writer_init(&out, room, sizeof room);
		client_session_write(&out);
		CHECK(out.len ==
			AROUND + ticket + br_digest_size(client.session_hash));
	}
	client_session_forget();
	CHECK(is_blank(copy, len));
	CHECK(is_blank(tls13.psk, sizeof tls13.psk));
	free(copy);
}

/* As the message: what comes of it can be offered. */
static void
check_message(const unsigned char *body, size_t len)
{
	unsigned char *copy = copy_of(body, len, len);

	wipe(&client, sizeof client);
	tls13.useless = 0;
	tls13.waits_for_keeper = 0;
	conn.is_client = 1;
	conn.takes_sessions = 1;
	random_seed(&conn.random, "a seed of thirty-two bytes, fixed");
	if (client_read_ticket(copy, len) == 0 && tls13.waits_for_keeper) {
		size_t session_len = client.hello_len;
		unsigned char *session =
			copy_of(client.hello, session_len, session_len);

		CHECK(session_len > TICKET_SALT);
		CHECK(session_len <= ENGINE_SESSION_MAX);
		client_session_taken();
		CHECK(is_blank(client.hello, session_len));
		check_client(session + TICKET_SALT, session_len - TICKET_SALT);
		free(session);
	}
	conn.is_client = 0;
	free(copy);
}

/* see ticket-readers.h */
void
ticket_read_everywhere(const unsigned char *data, size_t len)
{
	tls13.suite = suite_at(0);
	check_server(data, len);
	check_client(data, len);
	check_message(data, len);
}
