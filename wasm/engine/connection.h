/*
 * What is known of the one connection of this instance before either side
 * has spoken: what configuration.c was told, and what all protocols start
 * from. A protocol's own state is its own.
 */
#ifndef CONNECTION_H__
#define CONNECTION_H__

#include "bearssl.h"
#include "engine/abi.h"
#include "engine/protocol.h"
#include "crypto/random.h"

/* A longer chain than this is a mistake; if it's the peer's, an attempt to
   keep us busy with its signatures. */
#define CHAIN_MAX ENGINE_CHAIN_MAX

/* The longest host name (RFC 1035, 2.3.4). */
#define SERVER_NAME_MAX 255

/* Room for the suites of any profile. */
#define SUITES_MAX 48

/* Application protocols (ALPN). */
#define PROTOCOLS_MAX 32

/* Groups for the exchange of keys: as many as there are. */
#define GROUPS_MAX 5

/* What is offered; see profiles.c. */
typedef struct {
	unsigned min_version, max_version;
	uint16_t suites[SUITES_MAX];
	size_t suites_len;
} offer;

/* What is known of the key behind our chain; see own-chain.c. */
typedef struct {
	unsigned type;        /* BR_KEYTYPE_*; 0 without a chain */
	unsigned signer_type; /* of the key that signed the certificate */
	int curve;            /* EC: BR_EC_* */
	size_t modulus_len;   /* RSA, in bytes */
} own_key;

typedef struct {
	/* The protocol that is spoken; NULL before the start. */
	const protocol *speaks;

	int is_client;
	unsigned profile;
	offer offer;

	/* The newest version before TLS 1.3 that the client lists, if it has
	   a list; else 0. */
	unsigned listed_max;

	/* Curves that a client of these versions says it has not, a bit each. */
	uint32_t lacking_curves;

	/* Our chain, end entity first. */
	br_x509_certificate chain[CHAIN_MAX];
	size_t chain_len;
	own_key key;

	/* The client's: the name of the server; or empty. */
	char server_name[SERVER_NAME_MAX + 1];

	/* What validates the peer's chain; NULL: the peer is not asked for
	   one. */
	const br_x509_class **peer;

	/* The server's: a client without a certificate is refused. */
	int peer_must_come;

	/* The server's: tickets that a client gets, how long they live (s), and
	   the time (ms since the epoch; 0: unknown, and there are none). */
	unsigned tickets;
	uint32_t ticket_lifetime;
	uint64_t clock;

	/* The client's: it takes sessions; the one that it resumes, and how old
	   that is (ms). */
	int takes_sessions;
	unsigned char *session;
	size_t session_len;
	uint32_t session_age;

	/* Application protocols, the best first. */
	const char *protocols[PROTOCOLS_MAX];
	size_t protocols_len;

	/* Groups for the exchange of keys, the best first; none: all. */
	uint16_t groups[GROUPS_MAX];
	size_t groups_len;

	/* engine_keep_exporter was called; see exporter.c. */
	unsigned char *export_room;

	/* engine_keep_secrets was called; see key-log.c. */
	unsigned char *secrets_room;

	/*
	 * All randomness comes from here. The protocol that starts takes the
	 * generator over, and it has no second user.
	 */
	random_source random;

	/* Both directions of records. */
	unsigned char records[BR_SSL_BUFSIZE_BIDI];
} connection;

/* connection.c */
extern connection conn;

/* profiles.c: what a profile offers. Returns 0 or an error. */
int
profile_offer(unsigned profile, offer *offered);

/* profiles.c: hash functions that signatures may use; NULL ends them. */
const br_hash_class *const *
profile_hashes(unsigned profile);

/* profiles.c: the least bytes of a peer's RSA modulus; 0: any. */
unsigned
profile_rsa_min(unsigned profile);

/* profiles.c: OpenSSL's name of a suite. */
const char *
suite_name(unsigned suite);

/* key-log.c: the client's random, and a secret (ENGINE_LOG_*), if they are wanted. */
void
key_log_random(const unsigned char *random);
void
key_log_secret(unsigned which, const unsigned char *secret, size_t len);

/* own-chain.c: reads our first certificate into conn.key. Returns 0 or an
   error. */
int
own_chain_read(void);

#endif
