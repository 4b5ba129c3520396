/*
 * A client's sessions: the one that it offers (RFC 8446, 4.2.11), and those
 * that its server gives it (4.6.1). To the host a session is
 *
 *   suite 2 || lifetime (s) 4 || age_add 4 || key 48 || ticket
 *
 * and goes to it behind a salt, to be sealed and kept.
 */
#include <string.h>
#include "bearssl.h"
#include "client.h"
#include "finished.h"
#include "labels.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "crypto/wipe.h"

/* What a session has in front of its ticket. */
#define HEAD (2 + 4 + 4 + SUITE_HASH_MAX)
#define TICKET_MAX (ENGINE_SESSION_MAX - TICKET_SALT - HEAD)

/* Seven days: no ticket may live longer (4.6.1). */
#define LIFETIME_MAX 604800

/* see client.h */
void
client_session_begin(void)
{
	const unsigned char *key;
	const tls13_suite *suite;
	uint32_t lifetime;
	reader in;

	reader_init(&in, conn.session, conn.session_len);
	suite = suite_of(reader_u16(&in));
	lifetime = reader_u32(&in);
	client.age = conn.session_age + reader_u32(&in);
	key = reader_bytes(&in, SUITE_HASH_MAX);
	if (suite == NULL || in.left == 0 || in.left > TICKET_MAX ||
		conn.session_age / 1000 >= lifetime) {
		return;
	}
	memcpy(tls13.psk, key, SUITE_HASH_MAX);
	client.ticket = in;
	client.session_hash = suite->hash;
}

/* see client.h */
void
client_session_write(writer *out)
{
	size_t content, list, ticket, len;

	if (client.session_hash == NULL) {
		return;
	}
	len = label_hash_len(client.session_hash);
	writer_u16(out, EXTENSION_PRE_SHARED_KEY);
	content = writer_open(out, 2);
	list = writer_open(out, 2);
	ticket = writer_open(out, 2);
	writer_bytes(out, client.ticket.data, client.ticket.left);
	writer_close(out, ticket, 2);
	writer_u32(out, client.age);
	writer_close(out, list, 2);
	writer_u16(out, (uint32_t)len + 1);
	writer_u8(out, (uint32_t)len);
	writer_room(out, len);
	writer_close(out, content, 2);
}

/* see client.h */
void
client_session_bind(void)
{
	const br_hash_class *hash = client.session_hash;
	unsigned char key[SUITE_HASH_MAX], value[SUITE_HASH_MAX];
	transcript partial = tls13.transcript;
	size_t at;

	if (hash == NULL) {
		return;
	}
	at = client.hello_len - label_hash_len(hash);
	if (!tls13.retried) {
		transcript_begin(&partial, hash);
	}
	transcript_add(&partial, client.hello, at - 3);
	transcript_hash(&partial, value);
	secrets_binder_key(hash, tls13.psk, key);
	finished_sum(hash, key, value, client.hello + at);
	wipe(key, sizeof key);
}

/* see context.h */
void
client_session_forget(void)
{
	if (conn.session_len > 0) {
		wipe(conn.session, conn.session_len);
		conn.session_len = 0;
	}
	wipe(tls13.psk, sizeof tls13.psk);
	client.session_hash = NULL;
}

/* The hello has left long ago: its place is free. */
static void
ask(const reader *nonce, const reader *ticket, uint32_t lifetime, uint32_t age)
{
	writer out;

	writer_init(&out, client.hello, ENGINE_SESSION_MAX);
	random_draw(&conn.random, writer_room(&out, TICKET_SALT), TICKET_SALT);
	writer_u16(&out, tls13.suite->id);
	writer_u32(&out, lifetime);
	writer_u32(&out, age);
	ticket_key(nonce->data, nonce->left, writer_room(&out, SUITE_HASH_MAX));
	writer_bytes(&out, ticket->data, ticket->left);
	client.hello_len = out.len;
	client.sessions++;
	tls13.request = ENGINE_REQUEST_SEAL;
	tls13.waits_for_keeper = 1;
}

/* see context.h */
int
client_read_ticket(const unsigned char *body, size_t len)
{
	uint32_t lifetime, age;
	reader in, nonce, ticket;
	int err;

	reader_init(&in, body, len);
	lifetime = reader_u32(&in);
	age = reader_u32(&in);
	nonce = reader_vector8(&in);
	ticket = reader_vector16(&in);
	err = ticket_extensions_read(reader_vector16(&in));
	if (!conn.is_client) {
		return BR_ERR_UNEXPECTED;
	}
	if (!reader_end(&in) || ticket.left == 0) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	if (err != 0) {
		return err;
	}
	if (conn.takes_sessions && client.sessions < ENGINE_SESSIONS_MAX &&
		lifetime > 0 && lifetime <= LIFETIME_MAX &&
		ticket.left <= TICKET_MAX) {
		ask(&nonce, &ticket, lifetime, age);
		return 0;
	}
	return count_useless();
}

/* HMAC leaves its result on the stack, where it would stay while the
   connection is idle. */
static __attribute__((noinline)) void
wipe_stack(void)
{
	unsigned char below[2048];

	wipe(below, sizeof below);
}

/* see context.h */
void
client_session_taken(void)
{
	wipe_stack();
	wipe(client.hello, client.hello_len);
	client.hello_len = 0;
	tls13.waits_for_keeper = 0;
	tls13.request = 0;
	if (client.sessions == ENGINE_SESSIONS_MAX) {
		wipe(tls13.secrets.resumption, SUITE_HASH_MAX);
	}
}
