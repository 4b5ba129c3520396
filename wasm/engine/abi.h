/*
 * engine.wasm: one TLS connection.
 *
 * This header is the contract with src/sandbox/engine.ts. One instance
 * serves one connection, is wiped by the host when it ends, and is never
 * used again. The module imports the two functions of the keeper below and
 * nothing else; what it must know of the world (a seed, the time) is
 * written into its memory.
 *
 * Life of an instance: configure (engine_alloc, engine_server or
 * engine_client, engine_add_certificate, engine_add_trust_anchor), start
 * (engine_start), then records and application data through the four
 * channels until engine_state says closed. Memory grows while the instance
 * is configured and never after.
 *
 * Pointers are offsets in the module's linear memory; lengths are bytes.
 * Errors are BearSSL's numbers (bearssl_ssl.h, bearssl_x509.h), 0 being
 * success.
 */
#ifndef ENGINE_ABI_H__
#define ENGINE_ABI_H__

#include <stddef.h>
#include <stdint.h>
#include "export.h"

/* ------------------------------------------------------------------ */
/* The only imports. The host binds them to the one key that goes with
   this connection's chain: there is no way to name another. */

/*
 * Sign the hash value `hv` (`hv_len` bytes) of function `hash` (BearSSL's
 * identifier; 0 for MD5 and SHA-1) into `sig`, which has room for
 * `sig_max` bytes. Returns the signature's length, 0 for none.
 */
IMPORT(keeper, sign)
size_t
keeper_sign(uint32_t hash, const void *hv, size_t hv_len, void *sig,
	size_t sig_max);

/*
 * The private half of a static key exchange, in place on `data`. Returns
 * the result's length, never more than `len`, or 0 for none.
 */
IMPORT(keeper, decrypt) size_t keeper_decrypt(void *data, size_t len);

/* ------------------------------------------------------------------ */
/* Two kinds of functions are the host's: each EXPORT is one of the module's,
   and what is marked CALL is reached by its number. For each export of each
   instance V8 makes an object. */

#define CALL(name)

/* `number`: the function's place in ENGINE_CALLS, at the end of this file. It
   takes as many of the arguments as it has. Any other number traps. */
EXPORT(engine_call)
uintptr_t
engine_call(uint32_t number, uintptr_t a, uintptr_t b, uintptr_t c);

/* ------------------------------------------------------------------ */
/* Configuration */

/*
 * Memory for an argument, which then belongs to the engine for good.
 * Returns 0 when there is no more, or after engine_start.
 */
CALL(engine_alloc) void *engine_alloc(size_t len);

/* Profiles, from the strictest to the oldest; see profiles.c. */
#define ENGINE_PROFILE_MODERN 0
#define ENGINE_PROFILE_COMPAT 1
#define ENGINE_PROFILE_LEGACY 2
#define ENGINE_PROFILE_STRICT 3 /* TLS 1.3 only */

/* Be a server, with the versions and suites of a profile. */
CALL(engine_server) int engine_server(uint32_t profile);

/* Be a client, with the versions and suites of a profile. */
CALL(engine_client) int engine_client(uint32_t profile);

/*
 * Of the versions of the profile, offer only those from `min` to `max`, as
 * they are on the wire (0x0301 to 0x0304). BR_ERR_UNSUPPORTED_VERSION: none
 * is left.
 */
CALL(engine_limit_versions)
int
engine_limit_versions(uint32_t min, uint32_t max);

/*
 * The client's: the host name that is asked for (SNI, RFC 6066) and that
 * the server's certificate must be for. It is copied. Without one, neither.
 */
CALL(engine_set_server_name)
int
engine_set_server_name(const void *ascii, size_t len);

/*
 * The client's, in place of a name: the address that the server's
 * certificate must be for, of 4 or 16 bytes, as an iPAddress among its
 * alternative names. It is not asked for (RFC 6066, 3).
 */
CALL(engine_set_server_address)
int
engine_set_server_address(const void *address, size_t len);

/*
 * The client's: the server's chain must lead to a trust anchor, at that
 * time (see engine_request_certificate); or else, any certificate will do.
 */
CALL(engine_verify_server)
int
engine_verify_server(uint32_t days, uint32_t seconds);
CALL(engine_trust_any_server) int engine_trust_any_server(void);

/*
 * Add a certificate (DER, from engine_alloc) to the chain sent to the
 * peer, end entity first; ENGINE_CHAIN_MAX of them at most. The first one
 * must decode, and tells what the key can do.
 */
#define ENGINE_CHAIN_MAX 64
CALL(engine_add_certificate)
int
engine_add_certificate(const void *der, size_t len);

/*
 * Add a CA certificate (DER) to those that may vouch for the peer. It is
 * copied. One that is there already costs nothing. One that is not a CA's
 * vouches for the peer whose certificate it is. After an error it vouches
 * for no peer: ERR_X509_ANCHOR_MAY_NOT_SIGN (errors.h) for a CA whose key
 * usage doesn't allow it to sign certificates. A CA that another CA issued
 * vouches only where the other one does. If that one is not there yet, the
 * error is ERR_X509_ANCHOR_WITHOUT_ISSUER.
 */
CALL(engine_add_trust_anchor)
int
engine_add_trust_anchor(const void *der, size_t len);

/* From now on any CA that is added vouches, whichever CA issued it. */
CALL(engine_trust_partial_chains) void engine_trust_partial_chains(void);

/*
 * Until it is called with no bytes, engine_peer_name tells the names of this
 * certificate (DER), which must stay where it is: whose one is that can't be
 * used.
 */
CALL(engine_look_at)
int
engine_look_at(const void *der, size_t len);

/*
 * Ask the client for a certificate that the trust anchors vouch for; send
 * it their names. Without `mandatory`, a client that has none is welcome,
 * but one with a bad certificate is not. The time of validation is in days
 * since the first of January of the year 0, and in seconds of that day
 * (UTC). BR_ERR_LIMIT_EXCEEDED: the names are more than a message can hold.
 */
CALL(engine_request_certificate)
int
engine_request_certificate(uint32_t mandatory, uint32_t days, uint32_t seconds);

/*
 * Offer one more application protocol (ALPN, RFC 7301), the best first; a
 * server's order counts. Once there is one, a server refuses a client that
 * offers others only. The name is copied; it has no NUL.
 */
CALL(engine_add_protocol)
int
engine_add_protocol(const void *protocol, size_t len);

/*
 * Exchange keys in one more group (a NamedGroup: RFC 8446, 4.2.7; RFC 10024),
 * the best first, and in no other. Without a call there are all that we have:
 * X25519MLKEM768 and X25519, secp256r1, secp384r1; up to TLS 1.2, secp521r1
 * instead of the first, in an order that is BearSSL's. Returns 0 or an error.
 */
CALL(engine_add_group)
int
engine_add_group(uint32_t group);

/*
 * The server's: how many tickets a client of TLS 1.3 gets, and how many
 * seconds they live. None where clients are asked for certificates: an
 * engine that was taken over could write any client into a ticket.
 */
#define ENGINE_TICKETS_MAX 4
#define ENGINE_TICKET_LIFETIME_MAX 21600 /* the host's period of ticket keys */
CALL(engine_issue_tickets)
int
engine_issue_tickets(uint32_t count, uint32_t lifetime);

/* The time since the epoch. Without it there are no tickets. */
CALL(engine_set_clock)
void
engine_set_clock(uint32_t seconds, uint32_t milliseconds);

/*
 * The client's: take sessions, each with ENGINE_REQUEST_SEAL, and resume the
 * one in these `len` bytes (from engine_alloc; 0: none), which came so many
 * milliseconds ago. They are what a request was about, without its salt, in a
 * connection to the same server with the same settings; they are wiped as soon
 * as they have served. A session that can't be resumed leads to a full handshake.
 */
#define ENGINE_SESSION_MAX 2304 /* with its salt */
CALL(engine_resume)
void
engine_resume(void *session, size_t len, uint32_t age);

/*
 * Start. `seed` points to 32 bytes of entropy, wiped before the return;
 * all randomness of the connection comes from it: by ChaCha20 (crypto/random.h),
 * and in older versions than TLS 1.3 by HMAC-DRBG (NIST SP 800-90A).
 */
CALL(engine_start) int engine_start(void *seed);

/*
 * A server that starts without a certificate waits for one as soon as the
 * client has said which name it wants: ENGINE_AWAITS_CHAIN is in the state,
 * engine_server_name tells the name, and all channels stand still until
 * one of these two is called. The chain must have been allocated before the
 * start.
 *
 * engine_continue: engine_add_certificate has been called; go on.
 * engine_refuse: there is none for that name; fail with that alert.
 *
 * An established connection can be refused, too: the peer has shown that its
 * certificate is valid, and may not come in. What was to be sent is dropped.
 */
CALL(engine_continue) int engine_continue(void);
CALL(engine_refuse) void engine_refuse(uint32_t alert);

/* ------------------------------------------------------------------ */
/* Requests. TLS 1.3 calls no import: with ENGINE_AWAITS_KEEPER in its
   state, the engine stands still until what it asks for is there. What can
   leave through sendrec still does. */

/* The signature of this handshake's CertificateVerify (RFC 8446, 4.4.3):
   the data is the transcript hash, and the keeper composes what is signed. */
#define ENGINE_REQUEST_ATTEST 1

/* A ticket of the data, which begins with a salt; see keeper_seal. A client's
   data is a session of its own for the host to keep, sealed: the answer is
   empty. It may come at any time in an established connection, up to
   ENGINE_SESSIONS_MAX times. */
#define ENGINE_SESSIONS_MAX 8
#define ENGINE_REQUEST_SEAL 2

/* The state that is in the ticket; see keeper_open. */
#define ENGINE_REQUEST_OPEN 3

/* Which one it is; 0 for none. */
CALL(engine_request) uint32_t engine_request(void);

/* The SignatureScheme that is wanted (RFC 8446, 4.2.3). */
CALL(engine_request_scheme) uint32_t engine_request_scheme(void);

/* What it is about, how long that is, and how many bytes of an answer have
   room at the same place. */
CALL(engine_request_data) unsigned char *engine_request_data(void);
CALL(engine_request_length) size_t engine_request_length(void);
CALL(engine_request_room) size_t engine_request_room(void);

/* So many bytes of answer are there; 0: it is refused. Without a signature the
   peer is refused, too; without a ticket the handshake is a full one. */
CALL(engine_answer) void engine_answer(size_t len);

/* ------------------------------------------------------------------ */
/* The four channels, each with two verbs (bearssl_ssl.h, "SSL Engine"):
   `buf` gives the address of the bytes to take or of the room to fill,
   and engine_buf_length how many (0: nothing for now, and the address is
   0); `ack` says how many moved, at least 1 and at most that length. An
   address is valid until the next call into the engine. */

#define ENGINE_SENDREC 0 /* records, to take to the network */
#define ENGINE_RECVREC 1 /* room for records from the network */
#define ENGINE_SENDAPP 2 /* room for application data to send */
#define ENGINE_RECVAPP 3 /* received application data, to take */

EXPORT(engine_buf) unsigned char *engine_buf(uint32_t channel);
EXPORT(engine_buf_length) size_t engine_buf_length(void);
EXPORT(engine_ack) void engine_ack(uint32_t channel, size_t len);

/* Make a record of the application data gathered so far, if any. */
EXPORT(engine_flush) void engine_flush(void);

/*
 * Close: drop what was received and not yet taken, flush what was sent,
 * send close_notify. Once everything has left through sendrec and the
 * peer's own close_notify has come, the engine is closed with no error.
 */
CALL(engine_close) void engine_close(void);

/*
 * Half of that: flush what was sent, send close_notify, and still receive.
 * A peer may answer with its own at once (RFC 5246, 7.2.1), or after what
 * it still has to say. Nothing more can be sent. For an established
 * connection only, otherwise nothing happens; engine_close does nothing
 * afterwards.
 */
CALL(engine_end) void engine_end(void);

/* ------------------------------------------------------------------ */
/* State */

#define ENGINE_CLOSED 0x01      /* for good; engine_last_error says why */
#define ENGINE_ESTABLISHED 0x02 /* the handshake is done */

/*
 * The peer's close_notify has come. The engine keeps it back until
 * engine_close: what the application still has to say can be sent, and
 * only then is close_notify answered.
 */
#define ENGINE_PEER_CLOSED 0x04

/* The peer's records stop inside one: an EOF here is a truncation. */
#define ENGINE_IN_RECORD 0x08

/* The client's name is known, and our chain is not; see engine_continue. */
#define ENGINE_AWAITS_CHAIN 0x10

/* Something is wanted of the host; see engine_request. */
#define ENGINE_AWAITS_KEEPER 0x20

EXPORT(engine_state) uint32_t engine_state(void);

/*
 * Why the engine closed. 256 plus an alert's number: the peer sent it; 512
 * plus an alert's number: we did.
 */
CALL(engine_last_error) int engine_last_error(void);

/*
 * The fatal alert that says so to the peer, in sendrec after the failure;
 * 0 for none. (Alerts that BearSSL sends by itself are in the error.)
 */
CALL(engine_alert_sent) int engine_alert_sent(void);

/* ------------------------------------------------------------------ */
/* The session, once established. Strings end with a NUL. */

/* The version on the wire: 0x0301 to 0x0304. */
CALL(engine_version) uint32_t engine_version(void);

/* The suite's number, and OpenSSL's name of it. */
CALL(engine_suite) uint32_t engine_suite(void);
CALL(engine_suite_name) const char *engine_suite_name(void);

/* The NamedGroup of the key exchange (RFC 8446, 4.2.7); 0 before TLS 1.3. */
CALL(engine_group) uint32_t engine_group(void);

/* Is it a session of before that was resumed? */
CALL(engine_resumed) uint32_t engine_resumed(void);

/*
 * Keying material for other protocols (RFC 8446, 7.5; RFC 5705 before TLS 1.3).
 * Before the start: keep what it is made of, and give ENGINE_EXPORT_ROOM bytes
 * of room; 0 if there is no memory. Without it, TLS 1.3's secret is wiped.
 */
#define ENGINE_EXPORT_MAX 2048
#define ENGINE_EXPORT_ROOM (2 * ENGINE_EXPORT_MAX)
CALL(engine_keep_exporter) unsigned char *engine_keep_exporter(void);

/*
 * Once established. In the room are a label, a NUL and the context, together
 * at most ENGINE_EXPORT_MAX bytes. Without a context (ENGINE_NO_CONTEXT as its
 * length) TLS 1.2 gives something else than with an empty one. `len` bytes, at
 * most ENGINE_EXPORT_MAX, are behind ENGINE_EXPORT_MAX bytes of room then.
 * Returns 0 or an error.
 */
#define ENGINE_LABEL_MAX 249
#define ENGINE_NO_CONTEXT 0xFFFFFFFF
CALL(engine_export)
int
engine_export(size_t label_len, size_t context_len, size_t len);

/*
 * For debuggers: before the start, keep what a key log has (NSS's format), and
 * give ENGINE_SECRETS_ROOM bytes of room for it; 0 if there is no memory. The
 * client's random comes first; then for each ENGINE_LOG_* a byte that is its length
 * once it is known, and ENGINE_SECRET_MAX bytes. The host takes them out.
 */
#define ENGINE_RANDOM_LEN 32
#define ENGINE_SECRET_MAX 48
#define ENGINE_LOG_MASTER 0 /* before TLS 1.3, and nothing else then */
#define ENGINE_LOG_CLIENT_HANDSHAKE 1
#define ENGINE_LOG_SERVER_HANDSHAKE 2
#define ENGINE_LOG_CLIENT_TRAFFIC 3
#define ENGINE_LOG_SERVER_TRAFFIC 4
#define ENGINE_LOG_EXPORTER 5
#define ENGINE_SECRETS 6
#define ENGINE_SECRETS_ROOM \
	(ENGINE_RANDOM_LEN + ENGINE_SECRETS * (1 + ENGINE_SECRET_MAX))
CALL(engine_keep_secrets) unsigned char *engine_keep_secrets(void);

/* The name that the client asked for (SNI, RFC 6066); empty for none. */
CALL(engine_server_name) const char *engine_server_name(void);

/* The application protocol that was chosen (ALPN); empty for none. */
CALL(engine_protocol) const char *engine_protocol(void);

/* ------------------------------------------------------------------ */
/* The peer's own certificate, once established; 0 if it sent none. */

/* The certificate itself in DER, and its length. */
CALL(engine_peer_certificate)
const unsigned char *
engine_peer_certificate(void);
CALL(engine_peer_certificate_length)
size_t
engine_peer_certificate_length(void);

/* SHA-256 of the certificate, or of its public key info (32 bytes). */
CALL(engine_peer_hash)
const unsigned char *
engine_peer_hash(uint32_t of_key);

/*
 * The n-th of its names (from 0 on), in the certificate's order; 0 after
 * the last one. It is valid until the next call into the engine, and so
 * are its kind and its length. Text is UTF-8, but not checked; addresses
 * are 4 or 16 bytes.
 */
CALL(engine_peer_name) const unsigned char *engine_peer_name(uint32_t n);
CALL(engine_peer_name_kind) uint32_t engine_peer_name_kind(void);
CALL(engine_peer_name_length) size_t engine_peer_name_length(void);

/* Kinds: an attribute of the subject, by its number under id-at (RFC 5280,
   appendix A.1), or an alternative name, by its tag (4.2.1.6). */
#define ENGINE_NAME_CN 3
#define ENGINE_NAME_C 6
#define ENGINE_NAME_L 7
#define ENGINE_NAME_ST 8
#define ENGINE_NAME_O 10
#define ENGINE_NAME_OU 11
#define ENGINE_NAME_ALTERNATIVE 0x100
#define ENGINE_NAME_EMAIL 0x101
#define ENGINE_NAME_DNS 0x102
#define ENGINE_NAME_URI 0x106
#define ENGINE_NAME_IP 0x107

/* After BR_ERR_X509_EXPIRED: is it only not valid yet? */
CALL(engine_peer_not_yet_valid) uint32_t engine_peer_not_yet_valid(void);

/* ------------------------------------------------------------------ */
/* What is marked CALL above, by its number: its place in this list, from 0
   on. DOES returns nothing, and engine_call 0 then. */

#define ENGINE_CALLS(GIVES, DOES) \
	GIVES(engine_alloc, (a)) \
	GIVES(engine_server, (a)) \
	GIVES(engine_client, (a)) \
	GIVES(engine_limit_versions, (a, b)) \
	GIVES(engine_set_server_name, ((void *)a, b)) \
	GIVES(engine_set_server_address, ((void *)a, b)) \
	GIVES(engine_verify_server, (a, b)) \
	GIVES(engine_trust_any_server, ()) \
	GIVES(engine_add_certificate, ((void *)a, b)) \
	GIVES(engine_add_trust_anchor, ((void *)a, b)) \
	DOES(engine_trust_partial_chains, ()) \
	GIVES(engine_look_at, ((void *)a, b)) \
	GIVES(engine_request_certificate, (a, b, c)) \
	GIVES(engine_add_protocol, ((void *)a, b)) \
	GIVES(engine_add_group, (a)) \
	GIVES(engine_issue_tickets, (a, b)) \
	DOES(engine_set_clock, (a, b)) \
	DOES(engine_resume, ((void *)a, b, c)) \
	GIVES(engine_start, ((void *)a)) \
	GIVES(engine_continue, ()) \
	DOES(engine_refuse, (a)) \
	GIVES(engine_request, ()) \
	GIVES(engine_request_scheme, ()) \
	GIVES(engine_request_data, ()) \
	GIVES(engine_request_length, ()) \
	GIVES(engine_request_room, ()) \
	DOES(engine_answer, (a)) \
	DOES(engine_close, ()) \
	DOES(engine_end, ()) \
	GIVES(engine_last_error, ()) \
	GIVES(engine_alert_sent, ()) \
	GIVES(engine_version, ()) \
	GIVES(engine_suite, ()) \
	GIVES(engine_suite_name, ()) \
	GIVES(engine_group, ()) \
	GIVES(engine_resumed, ()) \
	GIVES(engine_keep_exporter, ()) \
	GIVES(engine_export, (a, b, c)) \
	GIVES(engine_keep_secrets, ()) \
	GIVES(engine_server_name, ()) \
	GIVES(engine_protocol, ()) \
	GIVES(engine_peer_certificate, ()) \
	GIVES(engine_peer_certificate_length, ()) \
	GIVES(engine_peer_hash, (a)) \
	GIVES(engine_peer_name, (a)) \
	GIVES(engine_peer_name_kind, ()) \
	GIVES(engine_peer_name_length, ()) \
	GIVES(engine_peer_not_yet_valid, ())

#endif
