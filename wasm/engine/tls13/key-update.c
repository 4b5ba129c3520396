/*
 * New keys in the middle of a connection (RFC 8446, 4.6.3): the peer's, and
 * ours.
 */
#include "context.h"
#include "bearssl.h"
#include "engine/connection.h"
#include "engine/errors.h"

/* RFC 8446, 5.5: AES-GCM may protect 2^24.5 records of full length; new keys
   before that are a must (RFC 9846, 5.5). Tests have an engine with fewer. */
#ifndef KEY_RECORDS_MAX
#define KEY_RECORDS_MAX ((uint64_t)1 << 24)
#endif

#define UPDATE_NOT_REQUESTED 0
#define UPDATE_REQUESTED 1

static unsigned char *
secret_of(int is_client)
{
	return is_client ? tls13.secrets.client : tls13.secrets.server;
}

/* see context.h */
int
key_update_read(const unsigned char *body, size_t len)
{
	unsigned char *secret = secret_of(!conn.is_client);
	int err;

	if (len != 1) {
		return BR_ERR_BAD_HANDSHAKE;
	}
	if (*body > UPDATE_REQUESTED) {
		return ERR_ILLEGAL_VALUE;
	}
	err = count_useless();
	if (err != 0) {
		return err;
	}

	/* However many requests come before our next data, one answer does
	   (RFC 8446, 4.6.3), and BoringSSL's runner takes no second one. */
	if (*body == UPDATE_REQUESTED) {
		tls13.update_due = 1;
	}
	secrets_update(&tls13.secrets, secret);
	return record_in_rekey(&tls13.in, tls13.suite, secret);
}

/* see context.h */
int
key_update_is_due(void)
{
	return tls13.update_due || tls13.out.keys.sequence >= KEY_RECORDS_MAX;
}

/* see context.h */
void
key_update_write(void)
{
	static const unsigned char update[RECORD_UPDATE_CONTENT] = {
		MESSAGE_KEY_UPDATE, 0, 0, 1, UPDATE_NOT_REQUESTED};
	unsigned char *secret = secret_of(conn.is_client);

	if (!key_update_is_due()) {
		return;
	}
	tls13.update_due = 0;
	secrets_update(&tls13.secrets, secret);
	record_out_rekey_in_front(&tls13.out, update, tls13.suite, secret);
}
