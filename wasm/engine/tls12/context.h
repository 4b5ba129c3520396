/*
 * A connection of BearSSL's engine, seen by the files of tls12/ and by
 * nothing else.
 */
#ifndef TLS12_CONTEXT_H__
#define TLS12_CONTEXT_H__

#include "bearssl.h"
#include "engine/protocol.h"

typedef struct {
	/* Either side's context starts with an engine's. */
	union {
		br_ssl_engine_context engine;
		br_ssl_server_context server;
		br_ssl_client_context client;
	} side;

	/* server-policy.c: the name is known, and there is no chain yet. */
	int awaits_chain;

	/* The peer's close_notify waits in the input buffer. */
	int peer_closed;

	/* engine_close was called: nothing is kept back any more. */
	int closing;

	/* engine_end was called: our close_notify is the last that we say. */
	int ending;
	int end_prepared; /* it is in the outbox, or was */

	/* The alert that we chose before BearSSL knew that anything is wrong. */
	unsigned refused;

	/* key-exchange.c: the peer's share was no good. */
	int bad_share;

	/* pss-key-exchange.c: our hello offered RSA-PSS; the server signed
	   its key exchange so, with that hash. */
	int offered_pss;
	const br_hash_class *pss;

	/* alerts.c: the failure was told to the peer; with this alert, or 0. */
	int failure_told;
	int alert_sent;

	/* idle-records.c: records without data, since the last one with some. */
	unsigned idle_records;
	int was_open; /* the handshake was done after the last record */

	/* BearSSL's own handshake processor; see close-notify.c. */
	void (*run)(void *t0ctx);
} tls12_context;

/* context.c */
extern tls12_context tls12;

/* algorithms.c: what BearSSL may offer, and with which implementations. */
void
algorithms_set(br_ssl_engine_context *eng);

/* server.c, client.c: once, before the first byte. */
void
server_configure(void);
void
client_configure(void);

/* server.c, client.c: to the state before the first byte. Returns 0 or an
   error. */
int
server_begin(void);
int
client_begin(void);

/* server-policy.c: which chain, and whose key. */
void
server_policy_install(br_ssl_server_context *server);

/* server-policy.c: there is no server name yet. Before each ClientHello. */
void
server_name_forget(br_ssl_engine_context *eng);

/*
 * sign.c: the keeper's signature of the hash value in `data`, where there
 * is room for `len` bytes, replaces it. Returns its length, or 0.
 */
size_t
sign_in_place(uint32_t hash, unsigned char *data, size_t hv_len, size_t len);

/*
 * idle-records.c: after each ack of recvrec. The engine fails when too many
 * records in a row had no data.
 */
void
idle_records_count(void);

/* idle-records.c: a handshake's message has come, which counts as data. */
void
idle_records_progress(void);

/*
 * hello-requests.c: BearSSL's handshake processor, without the
 * HelloRequests that a client has to ignore. A client that sends one fails
 * with unexpected_message.
 */
void
run_without_requests(void *t0ctx);

/*
 * proof-algorithm.c: a byte of a message of that type, of whose body so many
 * bytes have come with it. Ends the connection for a client's
 * CertificateVerify with an algorithm that was not asked for.
 */
void
heed_message(unsigned type, uint32_t done, unsigned byte);

/* server-rules.c: a client hears each byte of a message, and judges it when it
   is whole. A bad one ends the connection. */
void
server_rules_hear(unsigned type, uint32_t done, unsigned byte);
void
server_rules_judge(unsigned type, uint32_t len);

/* sentinel.c: a ServerHello has come. Ends the connection of a client if the
   server says that both have TLS 1.3. */
void
sentinel_judge(void);

/* hello-requests.c: no message has begun. Before the first byte. */
void
hello_requests_forget(void);

/* key-exchange.c: the elliptic curves; and whether a share was bad, which
   ends the connection. */
void
key_exchange_set(br_ssl_engine_context *eng);
void
key_exchange_judge(void);

/* pss-key-exchange.c: tls12.run, for which a ServerKeyExchange that is signed
   with RSA-PSS looks as if PKCS #1 were used. */
void
run_without_pss(void *t0ctx);

/* pss-key-exchange.c: a br_rsa_pkcs1_vrfy for both. */
uint32_t
verify_key_exchange(const unsigned char *sig, size_t sig_len,
	const unsigned char *hash_oid, size_t hash_len,
	const br_rsa_public_key *pk, unsigned char *hash_out);

/* close-notify.c: the same, without the peer's close_notify until we close. */
void
run_without_close_notify(void *t0ctx);

/* close-notify.c: ours goes to the outbox, if it is wanted. BearSSL must
   have nothing to send. */
void
close_notify_prepare(void);

/* alerts.c: after a failure, the rest of what BearSSL had to send and a
   fatal alert go to the outbox. */
void
failure_tell(void);

/* exporter.c: see protocol.h. */
void
tls12_export(const export_request *wanted);

/* An alert's level (RFC 5246, 7.2). */
#define ALERT_WARNING 1
#define ALERT_FATAL 2

/* Room before an alert's payload for a record's header and its IV, and
   after it for the MAC and padding of any suite. */
#define ALERT_HEADROOM 64
#define ALERT_TAILROOM 128

/*
 * outbox.c: records that BearSSL does not send by itself, in the order in
 * which they leave. A record of BearSSL's stays in its own buffer; an alert
 * is sealed here, at once, since records are numbered.
 */
void
outbox_add(unsigned char *records, size_t len);
void
outbox_add_alert(unsigned level, unsigned description);
unsigned char *
outbox_buf(size_t *len);
void
outbox_ack(size_t len);

/* curves.c: those that keys may be exchanged over, as br_ec_impl has them. */
uint32_t
curves_offered(void);

/* curves.c: a client's br_ecdsa_vrfy. A certificate's key on a curve that was
   not on offer is refused by name (RFC 8422, 4). */
uint32_t
verify_on_offered_curve(const br_ec_impl *impl, const void *hash,
	size_t hash_len, const br_ec_public_key *pk, const void *sig,
	size_t sig_len);

/* curves.c: a br_ecdsa_vrfy that doesn't mind which of them are on offer. */
uint32_t
verify_on_any_curve(const br_ec_impl *impl, const void *hash, size_t hash_len,
	const br_ec_public_key *pk, const void *sig, size_t sig_len);

#endif
