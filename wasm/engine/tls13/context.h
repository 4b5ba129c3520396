/*
 * Everything that a connection of TLS 1.3 has, and what its files do for
 * each other. Functions that can find a fault in what the peer sent return
 * it: 0, or an error (errors.h, or BearSSL's). Only tls13.c acts on it.
 */
#ifndef TLS13_CONTEXT_H__
#define TLS13_CONTEXT_H__

#include "engine/protocol.h"
#include "engine/reader.h"
#include "key-schedule.h"
#include "record-in.h"
#include "record-out.h"
#include "transcript.h"
#include "writer.h"

/* Handshake messages (RFC 8446, 4). */
#define MESSAGE_CLIENT_HELLO 1
#define MESSAGE_SERVER_HELLO 2
#define MESSAGE_NEW_SESSION_TICKET 4
#define MESSAGE_ENCRYPTED_EXTENSIONS 8
#define MESSAGE_CERTIFICATE 11
#define MESSAGE_CERTIFICATE_REQUEST 13
#define MESSAGE_CERTIFICATE_VERIFY 15
#define MESSAGE_FINISHED 20
#define MESSAGE_KEY_UPDATE 24

#define MESSAGE_HEADER 4

/* Extensions (4.2). */
#define EXTENSION_SERVER_NAME 0
#define EXTENSION_SUPPORTED_GROUPS 10
#define EXTENSION_SIGNATURE_ALGORITHMS 13
#define EXTENSION_ALPN 16
#define EXTENSION_RECORD_SIZE_LIMIT 28
#define EXTENSION_PRE_SHARED_KEY 41
#define EXTENSION_EARLY_DATA 42
#define EXTENSION_SUPPORTED_VERSIONS 43
#define EXTENSION_COOKIE 44
#define EXTENSION_PSK_MODES 45
#define EXTENSION_CERTIFICATE_AUTHORITIES 47
#define EXTENSION_POST_HANDSHAKE_AUTH 49
#define EXTENSION_SIGNATURE_ALGORITHMS_CERT 50
#define EXTENSION_KEY_SHARE 51

#define VERSION_TLS12 0x0303
#define VERSION_TLS13 0x0304

/* What the peer is to send next; messages.c has what may come when. */
typedef enum {
	EXPECTS_NOTHING, /* it is our turn */
	EXPECTS_CLIENT_HELLO,
	EXPECTS_SECOND_CLIENT_HELLO,
	EXPECTS_CLIENT_CERTIFICATE,
	EXPECTS_CLIENT_VERIFY,
	EXPECTS_CLIENT_FINISHED,
	EXPECTS_SERVER_HELLO,
	EXPECTS_EXTENSIONS,
	EXPECTS_REQUEST_OR_CERTIFICATE,
	EXPECTS_SERVER_CERTIFICATE,
	EXPECTS_SERVER_VERIFY,
	EXPECTS_SERVER_FINISHED,
	EXPECTS_DATA
} expectation;

/* A group that keys are exchanged in; see groups.c. */
typedef struct tls13_group tls13_group;

/* A SignatureScheme; see crypto/signature-schemes.h. */
typedef struct signature_scheme tls13_scheme;

/* The longest answer to a key share, and the longest secret: the hybrid's,
   and P-521's. */
#define GROUP_SHARE_MAX 1120
#define GROUP_SECRET_MAX 66

/* A signature: of RSA with 4096 bits, BearSSL's longest. */
#define SIGNATURE_MAX 512

/* The longest message of ours that is written at once: a ServerHello, with
   all that it may have in front of the share. */
#define SCRATCH_MAX (MESSAGE_HEADER + 92 + GROUP_SHARE_MAX)

/* The next bytes of a message of ours. Returns 0 after the last ones. */
typedef int (*flight_source)(size_t n, const unsigned char **data, size_t *len);

/* Messages of ours on their way into records; see flight.c. */
typedef struct {
	flight_source source;
	size_t n;
	const unsigned char *data;
	size_t left;
} flight;

/* A message of the peer's, as it comes; see messages.c. */
typedef struct {
	unsigned char header[MESSAGE_HEADER];
	size_t header_len;
	size_t len, have; /* of the body */
} message;

/* Where a Certificate message of the peer's is; see certificate-reader.c. */
typedef enum {
	FIELD_CONTEXT,
	FIELD_LIST,
	FIELD_CERTIFICATE,
	FIELD_EXTENSIONS,
	FIELD_DER,
	FIELD_END
} certificate_field;

typedef struct {
	certificate_field field;
	uint32_t missing; /* bytes of the field */
	uint32_t value;   /* of a number, so far */
	uint32_t list_left;
	size_t count;
} certificate_reader;

/* A ticket of ours, and what is in it; see ticket-state.c. */
#define TICKET_STATE (1 + 2 + 8 + 8 + SUITE_HASH_MAX + 16 + 16)
#define TICKET_SALT 32
#define TICKET_LEN (TICKET_STATE + TICKET_SALT + 24)
#define TICKET_MESSAGE (MESSAGE_HEADER + 4 + 4 + 2 + 2 + TICKET_LEN + 2)
#define TICKETS_MAX 4

/* Only so many identities of a hello are tried: each costs an opening. */
#define CANDIDATES_MAX 2

/* An identity that may be a ticket of ours. */
typedef struct {
	unsigned index; /* in the client's list */
	unsigned char ticket[TICKET_LEN];
	unsigned char binder[SUITE_HASH_MAX];
	size_t binder_len;
} psk_candidate;

/* What a server has yet to do before the client's turn; see server.c. */
typedef enum {
	STEP_WAITS, /* for the client */
	STEP_RETRY,
	STEP_RETRIED,
	STEP_CHAIN,  /* ENGINE_AWAITS_CHAIN, if there is none */
	STEP_PSK,    /* ENGINE_AWAITS_KEEPER, while there are candidates */
	STEP_SCHEME, /* a full handshake */
	STEP_HELLO,
	STEP_HANDSHAKE_KEYS,
	STEP_EXTENSIONS,
	STEP_REQUEST,
	STEP_CERTIFICATE,
	STEP_ATTEST, /* ENGINE_AWAITS_KEEPER */
	STEP_FINISHED,
	STEP_APPLICATION_KEYS,
	STEP_DONE,
	STEP_TICKETS, /* ENGINE_AWAITS_KEEPER, while some are to be sealed */
	STEP_OPEN
} server_step;

typedef struct {
	expectation expects;
	server_step step;
	int waits_for_chain, waits_for_keeper;

	record_in in;
	record_out out;
	message message;
	flight flight;
	certificate_reader certificates;
	transcript transcript;
	secrets secrets;
	const tls13_suite *suite;

	/* How the connection ends. */
	int error;
	unsigned alert_sent;
	int close_said;  /* our close_notify is out */
	int peer_closed; /* the peer's has come */
	int closing;     /* engine_close: what comes is dropped */

	/* KeyUpdate: the peer wants one, or our key has served enough. */
	int update_due;

	/* What is legal, but no use; see counters.c. */
	unsigned useless, cancels;

	/* What was agreed on, from the ClientHello. */
	const tls13_group *group;
	int retried, ccs_sent;
	unsigned schemes; /* of ours, that the client takes: bits */
	const tls13_scheme *scheme;
	int name_is_ours;     /* the name chose the chain */
	int answers_limit;    /* record_size_limit was offered, */
	size_t limit;         /* and is so much content; 0: no less than ours */
	const char *protocol; /* ALPN; NULL for none */
	unsigned char session_id[32];
	size_t session_id_len;
	char server_name[256];

	/* The exchange: what is to be sent, and what came of it. */
	unsigned char share[GROUP_SHARE_MAX];
	unsigned char shared[GROUP_SECRET_MAX];

	/* Resumption. Of the hello that counts: candidates, and the hash that
	   binders are about. */
	psk_candidate candidates[CANDIDATES_MAX];
	size_t candidates_len, candidate;
	unsigned char binder_hash[SUITE_HASH_MAX];
	int has_schemes;
	int takes_tickets; /* of the only kind that we give (4.2.9) */
	unsigned request;  /* ENGINE_REQUEST_* that is waited for */

	/* The session that is resumed: its key, and when its first full
	   handshake was (ms). */
	int resumed;
	unsigned psk_index;
	unsigned char psk[SUITE_HASH_MAX];
	uint64_t first_at;

	/* NewSessionTickets, until our first data. */
	unsigned char tickets[TICKETS_MAX * TICKET_MESSAGE];
	size_t tickets_len, tickets_due;

	/* A message of ours while it is written; the keeper's request and its
	   answer. */
	unsigned char scratch[SCRATCH_MAX];
	size_t scratch_len;
} tls13_context;

/* context.c */
extern tls13_context tls13;

/* ------------------------------------------------------------------ */
/* What comes in */

/* dispatch.c: takes what is in the record that is open. */
int
dispatch(void);

/* messages.c: takes messages, or pieces, out of the record that is open. */
int
messages_read(void);

/* alerts.c: takes the alert in the record that is open. */
int
alert_read(void);

/* alerts.c: the alert that tells the peer of an error; 0 for none. */
unsigned
alert_for(int error);

/* counters.c: something legal came that carries nothing; or data did. */
int
count_useless(void);
int
count_cancel(void);
void
count_data(void);

/* key-update.c: a KeyUpdate of the peer's. */
int
key_update_read(const unsigned char *body, size_t len);

/* key-update.c: will one go out in front of the next data? */
int
key_update_is_due(void);

/* key-update.c: the record under way, which is data, is to be sealed. */
void
key_update_write(void);

/* ------------------------------------------------------------------ */
/* What goes out */

/*
 * flight.c: begin a message that `source` has the bytes of, header and all.
 * The one before must be through.
 */
void
flight_begin(flight_source source);

/* flight.c: the same, of `len` bytes in tls13.scratch. */
void
flight_scratch(size_t len);

/*
 * flight.c: write what there is room for into records and transcript.
 * Returns 0 if something is left that must wait for the network.
 */
int
flight_run(void);

/* ------------------------------------------------------------------ */
/* The server */

/* server.c: to the state before the first byte. */
void
server_expect_hello(void);

/* server.c: as far as it goes without the client, the network or the host. */
int
server_go_on(void);

/* server.c: the keeper's signature is in tls13.scratch; 0: there is none. */
int
server_take_signature(size_t len);

/* ------------------------------------------------------------------ */
/* The client: the same */

/* exporter.c: see protocol.h. */
void
tls13_export(const export_request *wanted);

/* exporter.c: is the secret for that of use, here or in a key log? */
int
exporter_is_wanted(void);

/* client.c: say hello. Returns 0 or an error. */
int
client_greet(void);
int
client_go_on(void);
int
client_take_signature(size_t len);
int
client_read_hello(const unsigned char *body, size_t len);
int
client_read_extensions(const unsigned char *body, size_t len);
int
client_read_request(const unsigned char *body, size_t len);
int
client_read_certificate(const unsigned char *data, size_t len, size_t left);
int
client_read_verify(const unsigned char *body, size_t len);
int
client_read_finished(const unsigned char *body, size_t len);
int
client_read_ticket(const unsigned char *body, size_t len);

/* client-session.c: the host has the session; what came behind it is next. */
void
client_session_taken(void);

/* client-session.c: the one that we resume is of no more use. */
void
client_session_forget(void);

/* handshake.c: either side, as far as it goes. */
int
handshake_go_on(void);

/* handshake-secrets.c: the handshake's secrets, once both hellos are in the transcript;
   what they are made of is wiped. */
void
handshake_take_secrets(void);

/* logged-secrets.c: to the key log, the secrets of a stage that was just made. */
void
handshake_secrets_log(void);
void
traffic_secrets_log(void);

/*
 * psk.c: note what of a hello may be a ticket of ours (4.2.11), once suite
 * and name are chosen. `body` is the hello's.
 */
struct client_offer;
void
psk_note(const struct client_offer *offer, const unsigned char *body,
	size_t len);

/* psk.c: ask the keeper for the next candidate. Returns 0 if there is none. */
int
psk_ask(void);

/* psk.c: the state of the candidate is in tls13.scratch; 0: none. Returns an
   error if it can be resumed and the binder is wrong. */
int
psk_take(size_t len);

/* tickets.c: a server's, after its handshake. Returns 0 when none is due. */
void
tickets_begin(void);
int
tickets_ask(void);
void
tickets_take(size_t len);

/* tickets.c: what a ticket with that nonce is a key for; SUITE_HASH_MAX bytes,
   zeros behind the key. Tickets of a connection differ by their nonce. */
void
ticket_key(const void *nonce, size_t len, unsigned char *psk);

/* tickets.c: the record under way is the first one of data. */
void
tickets_write(void);

/* ticket-state.c: what the next ticket is about, TICKET_STATE bytes. */
void
ticket_state_write(unsigned char *out, const unsigned char *psk);

/* ticket-state.c: take the session up, if it can be resumed now. */
int
ticket_state_read(const unsigned char *state, size_t len);

/* server.c: the keeper has answered about a ticket. */
int
server_take_ticket(size_t len);

/* server.c: the connection ends before its tickets are sealed. */
void
server_forgo_tickets(void);

/* hello-answer.c: a ClientHello, the first or the second. */
int
server_read_hello(const unsigned char *body, size_t len);

/* client-flight.c: what comes behind our Finished. */
int
server_read_certificate(const unsigned char *data, size_t len, size_t left);
int
server_read_verify(const unsigned char *body, size_t len);
int
server_read_finished(const unsigned char *body, size_t len);

/* server-keys.c: for boxes in between that know TLS 1.2 (D.4): once, after our
   first message, if the client does its part of it. */
void
server_write_ccs(void);

/* server-keys.c: from our ServerHello on, from our Finished on, and once the
   client's Finished is good. */
int
server_take_handshake_keys(void);
void
server_take_application_keys(void);
int
server_take_client_keys(void);

/* server-hello.c: messages of a server's, whole. */
void
server_write_hello(writer *out);
void
server_write_retry(writer *out);
void
server_write_extensions(writer *out);

/* certificate-request.c: a server's CertificateRequest, for flight_begin. */
int
certificate_request_source(size_t n, const unsigned char **data, size_t *len);

/* ------------------------------------------------------------------ */
/* Certificates of both sides */

/* certificate-reader.c: the peer's, in pieces, and how many there were. */
void
certificate_read_begin(void);
int
certificate_read(const unsigned char *data, size_t len);
int
certificate_read_end(size_t *count);

/* signature.c: ask the keeper for our CertificateVerify, and begin to write
   the one that is in tls13.scratch. */
void
signature_ask(void);
int
signature_write(size_t len);

/* certificates.c: our Certificate message, for flight_begin. */
int
certificate_source(size_t n, const unsigned char **data, size_t *len);

#endif
