/*
 * The state of the one connection of this instance, shared by the files
 * of the engine and seen by nobody else.
 */
#ifndef CONNECTION_H__
#define CONNECTION_H__

#include "bearssl.h"

/* A longer chain than this is a mistake. */
#define CHAIN_MAX 64

/* Room before an alert's payload for a record's header and its IV, and
   after it for the MAC and padding of any suite. */
#define ALERT_HEADROOM 64
#define ALERT_TAILROOM 128

/* What is still to be sent after a failure; see alerts.c. */
typedef struct {
	int prepared;
	int description; /* the alert's number, 0 for none */
	unsigned char *queued;
	size_t queued_len;
	unsigned char *record;
	size_t record_len;
	unsigned char alert[ALERT_HEADROOM + ALERT_TAILROOM];
} last_words;

typedef struct {
	/*
	 * Either side's context starts with an engine's. (client.c will
	 * add its own to this union.)
	 */
	union {
		br_ssl_engine_context engine;
		br_ssl_server_context server;
	} side;

	/* Our chain, end entity first, and our policy towards clients. */
	br_x509_certificate chain[CHAIN_MAX];
	size_t chain_len;

	/* The peer's close_notify waits in the input buffer. */
	int peer_closed;

	/* engine_close was called: nothing is kept back any more. */
	int closing;

	/* The handshake processor that hold_close_notify stands before. */
	void (*run)(void *t0ctx);

	last_words last;

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

/* server.c: back to the state before the first byte. */
int
server_start(void);

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

#endif
