/*
 * Where a server's keys change (RFC 8446, 7.1), and what is wiped then.
 */
#include "context.h"
#include "engine/connection.h"
#include "crypto/wipe.h"

/* see context.h */
void
server_write_ccs(void)
{
	record_out_seal(&tls13.out);
	if (tls13.session_id_len > 0 && !tls13.ccs_sent) {
		record_out_put(&tls13.out, RECORD_CCS, "\x01", 1);
		tls13.ccs_sent = 1;
	}
}

/* see context.h */
int
server_take_handshake_keys(void)
{
	const secrets *s = &tls13.secrets;

	server_write_ccs();
	handshake_take_secrets();
	record_out_rekey(&tls13.out, tls13.suite, s->server);
	if (tls13.limit != 0) {
		tls13.out.content_max = tls13.limit;
	}
	return record_in_rekey(&tls13.in, tls13.suite, s->client);
}

/* see context.h */
void
server_take_application_keys(void)
{
	unsigned char value[SUITE_HASH_MAX];

	transcript_hash(&tls13.transcript, value);
	secrets_application(&tls13.secrets, value, exporter_is_wanted());
	traffic_secrets_log();
	record_out_rekey(&tls13.out, tls13.suite, tls13.secrets.server);
}

/* see context.h */
int
server_take_client_keys(void)
{
	unsigned char value[SUITE_HASH_MAX];
	secrets *s = &tls13.secrets;

	transcript_hash(&tls13.transcript, value);
	tickets_begin();
	secrets_finish(s, value, tls13.tickets_due > 0);
	if (conn.export_room == NULL) {
		wipe(s->exporter, sizeof s->exporter);
	}
	wipe(&tls13.transcript, sizeof tls13.transcript);
	wipe(tls13.scratch, sizeof tls13.scratch);
	tls13.in.ccs_allowed = 0;
	tls13.expects = EXPECTS_NOTHING;
	return record_in_rekey(&tls13.in, tls13.suite, s->client);
}
