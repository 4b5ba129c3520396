/*
 * The server's side of a connection.
 */
#include "engine/connection.h"
#include "engine/peer/trust-anchors.h"
#include "inner.h"
#include "context.h"

/* see context.h */
void
server_configure(void)
{
	br_ssl_server_context *server = &tls12.side.server;
	const trust_anchors *anchors = trust_anchors_get();

	br_ssl_server_zero(server);
	key_exchange_set(&server->eng);
	if (conn.peer == NULL) {
		return;
	}
	br_ssl_server_set_trust_anchor_names_alt(
		server, anchors->list, anchors->names_count);
	if (!conn.peer_must_come) {
		br_ssl_engine_add_flags(
			&server->eng, BR_OPT_TOLERATE_NO_CLIENT_AUTH);
	}
}

/* see context.h */
int
server_begin(void)
{
	br_ssl_server_context *server = &tls12.side.server;

	server_policy_install(server);
	if (!br_ssl_server_reset(server)) {
		return br_ssl_engine_last_error(&server->eng);
	}
	server_name_forget(&server->eng);

	/*
	 * BearSSL 0.6 leaves the version of an early alert's record at 0.0,
	 * which clients take for garbage; RFC 5246, E.1, has them expect the
	 * oldest.
	 */
	server->eng.version_out = BR_TLS10;
	return 0;
}
