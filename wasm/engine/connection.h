/*
 * The state of the one connection of this instance, shared by the files
 * of the engine and seen by nobody else.
 */
#ifndef CONNECTION_H__
#define CONNECTION_H__

#include "bearssl.h"
#include "engine/abi.h"
#include "engine/peer/certificate.h"

/* A longer chain than this is a mistake; if it's the peer's, an attempt to
   keep us busy with its signatures. */
#define CHAIN_MAX ENGINE_CHAIN_MAX

/* Room before an alert's payload for a record's header and its IV, and
   after it for the MAC and padding of any suite. */
#define ALERT_HEADROOM 64
#define ALERT_TAILROOM 128

/* What is still to be sent after a failure; see alerts.c. */
typedef struct {
	int prepared;
	int refused;     /* we chose the alert, and BearSSL knows nothing */
	int description; /* the alert's number, 0 for none */
	unsigned char *queued;
	size_t queued_len;
	unsigned char *record;
	size_t record_len;
	unsigned char alert[ALERT_HEADROOM + ALERT_TAILROOM];
} last_words;

/* Our close_notify, when the peer may go on; see goodbye.c. */
typedef struct {
	int wanted;
	int prepared;
	unsigned char *record;
	size_t record_len;
	unsigned char alert[ALERT_HEADROOM + ALERT_TAILROOM];
} goodbye;

/*
 * The client's first records, kept until the chain is there that its
 * server name asks for; see replay.c.
 */
typedef struct {
	enum {
		HELLO_NOT_KEPT,
		HELLO_KEPT,
		HELLO_UNDERSTOOD
	} state;
	unsigned char *records;
	size_t len;
} hello;

/* The longest distinguished name of a trust anchor. */
#define ANCHOR_NAME_MAX 8192

typedef struct {
	br_x509_trust_anchor *list;
	size_t count, max;

	/* What all names take in a CertificateRequest. */
	size_t names_len;
} trust_anchors;

/* The longest certificate of a peer. */
#define PEER_CERTIFICATE_MAX 16384

typedef struct {
	/* Either side's context starts with an engine's. */
	union {
		br_ssl_engine_context engine;
		br_ssl_server_context server;
		br_ssl_client_context client;
	} side;
	int is_client;

	unsigned profile;

	/* Our chain, end entity first. */
	br_x509_certificate chain[CHAIN_MAX];
	size_t chain_len;
	unsigned key_type; /* BR_KEYTYPE_* of the first one's key */

	hello hello;

	/* The peer's close_notify waits in the input buffer. */
	int peer_closed;

	/* engine_close was called: nothing is kept back any more. */
	int closing;

	/* The handshake processor that hold_close_notify stands before. */
	void (*run)(void *t0ctx);

	last_words last;
	goodbye goodbye;

	unsigned char records[BR_SSL_BUFSIZE_BIDI];
} connection;

extern connection conn;

/* profiles.c: versions, suites and the algorithms they need. */
int
profile_apply(br_ssl_engine_context *eng, unsigned profile);
const char *
suite_name(unsigned suite);

/* policy.c: which chain, and whose key. Returns 0 or BearSSL's error. */
int
policy_install(br_ssl_server_context *server);

/*
 * policy.c: what kind of key our certificate has; `decoder`, if it isn't
 * NULL, has the rest of it afterwards. Returns 0 or BearSSL's error.
 */
int
chain_key_type(unsigned *key_type, br_x509_decoder_context *decoder);

/*
 * policy.c: the keeper's signature of the hash value in `data`, where
 * there is room for `len` bytes, replaces it. Returns its length, or 0.
 */
size_t
sign_in_place(uint32_t hash, unsigned char *data, size_t hv_len, size_t len);

/* client.c: to the state before the first byte. Returns 0 or an error. */
int
client_begin(void);

/* client.c: the name that the server's certificate must have; or empty. */
const char *
client_server_name(void);

/* policy.c: there is no server name yet. Before each ClientHello. */
void
name_forget(br_ssl_engine_context *eng);

/* engine.c: to the state before the first byte. Returns 0 or an error. */
int
connection_begin(void);

/*
 * replay.c: keep what comes from the network, when the chain is to be
 * chosen by what the client says. Returns 0 or BearSSL's error.
 */
int
hello_keep(void);
void
hello_append(const unsigned char *records, size_t len);

/*
 * hello-requests.c: BearSSL's handshake processor, without the
 * HelloRequests that a client has to ignore.
 */
void
run_without_requests(void *t0ctx);

/* trust-anchors.c */
const trust_anchors *
trust_anchors_get(void);

/* trust-anchors.c: is there a CA of that name? */
int
trust_anchors_have(const der *name);

/*
 * pins.c: a certificate that is trusted for itself. pins_add returns 0 or
 * BearSSL's error.
 */
int
pins_add(const void *der, size_t len);
int
pins_have(const void *der, size_t len);

/*
 * peer.c: validate the peer's chain, for that use of its key (PURPOSE_*),
 * at that time (as for br_x509_minimal_set_time). Returns 0 or an error.
 */
int
peer_validate(unsigned purpose, uint32_t days, uint32_t seconds);

/* peer.c: take any chain. Returns 0 or an error. */
int
peer_accept_any(void);

/* peer.c: the peer's own certificate; returns 0 if it sent none. */
int
peer_certificate(der *whole, certificate *parts);

/*
 * alerts.c: after a failure, the rest of what was queued and a fatal alert
 * take the place of the engine's own records.
 */
void
last_words_prepare(void);
unsigned char *
last_words_buf(size_t *len);
void
last_words_ack(size_t len);

/*
 * goodbye.c: once BearSSL has nothing to send, close_notify takes its turn,
 * if it is wanted. It is gone when `record_len` is 0 again.
 */
void
goodbye_prepare(void);
void
goodbye_ack(size_t len);

#endif
