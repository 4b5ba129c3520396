/*
 * Keying material for other protocols (RFC 5705, 4).
 */
#include <string.h>
#include "engine/connection.h"
#include "inner.h"
#include "context.h"

/* Suites tell by their name which hash function their PRF has (RFC 5246, 5). */
static int
prf_of(unsigned suite)
{
	const char *name = suite_name(suite);
	size_t len = strlen(name);

	return len > 6 && strcmp(name + len - 6, "SHA384") == 0 ? br_sha384_ID
								: br_sha256_ID;
}

/* see context.h */
void
tls12_export(const export_request *wanted)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	const br_ssl_session_parameters *session = &eng->session;
	unsigned char context_len[2];
	const br_tls_prf_seed_chunk seed[] = {
		{eng->client_random, sizeof eng->client_random},
		{eng->server_random, sizeof eng->server_random},
		{context_len, sizeof context_len},
		{wanted->context, wanted->context_len},
	};

	br_enc16be(context_len, (uint16_t)wanted->context_len);
	br_ssl_engine_get_PRF(eng, prf_of(session->cipher_suite))(wanted->out,
		wanted->len, session->master_secret,
		sizeof session->master_secret, wanted->label,
		wanted->context == NULL ? 2 : 4, seed);
}
