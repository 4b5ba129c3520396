/*
 * The secrets of TLS 1.3 that a key log has.
 */
#include "context.h"
#include "labels.h"
#include "engine/abi.h"
#include "engine/connection.h"

/* see context.h */
void
handshake_secrets_log(void)
{
	const secrets *s = &tls13.secrets;
	size_t len = label_hash_len(s->hash);

	key_log_secret(ENGINE_LOG_CLIENT_HANDSHAKE, s->client, len);
	key_log_secret(ENGINE_LOG_SERVER_HANDSHAKE, s->server, len);
}

/* see context.h */
void
traffic_secrets_log(void)
{
	const secrets *s = &tls13.secrets;
	size_t len = label_hash_len(s->hash);

	key_log_secret(ENGINE_LOG_CLIENT_TRAFFIC, s->client_next, len);
	key_log_secret(ENGINE_LOG_SERVER_TRAFFIC, s->server, len);
	key_log_secret(ENGINE_LOG_EXPORTER, s->exporter, len);
}
