/*
 * engine.wasm: one TLS connection.
 *
 * This header is the contract with src/sandbox/engine.ts. One instance
 * serves one connection, is wiped by the host when it ends, and is never
 * used again. The module imports the two functions of the keeper below and
 * nothing else; what it must know of the world (a seed, the time) is
 * written into its memory.
 *
 * Life of an instance: configure (engine_alloc, engine_server,
 * engine_add_certificate), start (engine_start), then records and
 * application data through the four channels until engine_state says
 * closed. Memory grows while the instance is configured and never after.
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
/* Configuration */

/*
 * Memory for an argument, which then belongs to the engine for good.
 * Returns 0 when there is no more, or after engine_start.
 */
EXPORT(engine_alloc) void *engine_alloc(size_t len);

/* Profiles, from the strictest to the oldest; see profiles.c. */
#define ENGINE_PROFILE_MODERN 0
#define ENGINE_PROFILE_COMPAT 1
#define ENGINE_PROFILE_LEGACY 2

/* Be a server, with the versions and suites of a profile. */
EXPORT(engine_server) int engine_server(uint32_t profile);

/*
 * Add a certificate (DER, from engine_alloc) to the chain sent to the
 * peer, end entity first. The first one must decode, and tells what the
 * key can do.
 */
EXPORT(engine_add_certificate)
int
engine_add_certificate(const void *der, size_t len);

/*
 * Start. `seed` points to 32 bytes of entropy, wiped before the return;
 * all randomness of the connection comes from it (HMAC-DRBG, NIST SP
 * 800-90A).
 */
EXPORT(engine_start) int engine_start(void *seed);

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
EXPORT(engine_close) void engine_close(void);

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

EXPORT(engine_state) uint32_t engine_state(void);

/*
 * Why the engine closed. 256 plus an alert's number: the peer sent it; 512
 * plus an alert's number: we did.
 */
EXPORT(engine_last_error) int engine_last_error(void);

/*
 * The fatal alert that says so to the peer, in sendrec after the failure;
 * 0 for none. (Alerts that BearSSL sends by itself are in the error.)
 */
EXPORT(engine_alert_sent) int engine_alert_sent(void);

/* ------------------------------------------------------------------ */
/* The session, once established. Strings end with a NUL. */

/* The version on the wire: 0x0301 to 0x0303. */
EXPORT(engine_version) uint32_t engine_version(void);

/* The suite's number, and OpenSSL's name of it. */
EXPORT(engine_suite) uint32_t engine_suite(void);
EXPORT(engine_suite_name) const char *engine_suite_name(void);

/* The name that the client asked for (SNI, RFC 6066); empty for none. */
EXPORT(engine_server_name) const char *engine_server_name(void);

#endif
