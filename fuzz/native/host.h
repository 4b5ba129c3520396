/*
 * An engine, driven through wasm/engine/abi.h as src/sandbox/engine.ts does
 * it, with checks of what that header promises.
 */
#ifndef HOST_H__
#define HOST_H__

#include <stddef.h>
#include <stdint.h>
#include "instance.h"

typedef enum {
	PEER_NOT_ASKED, /* of a client: not verified */
	PEER_MAY_COME,
	PEER_MUST_COME
} peer_policy;

#define PROTOCOLS_OFFERED 4

typedef struct {
	int is_client;
	uint32_t profile;
	const char *key; /* of test/recorded, with its certificate; or NULL */
	peer_policy peer;
	const char *name; /* that a client asks for; or NULL */
	int chooses;      /* a server has a chain for "server.test" only */
	uint16_t suite;   /* the only one; 0 for all of the profile's */
	uint16_t version; /* the only one; 0 for all of the profile's */
	int open;         /* not started, and other anchors may come */

	/* That it offers, the best first. */
	const char *protocols[PROTOCOLS_OFFERED];
} role;

typedef struct {
	const role *is;
	instance *engine;
	unsigned char *room; /* for a chain that is chosen later */
} host;

/* Up to before the first byte. All randomness comes from a constant. */
void
host_start(host *h, const role *is);

/* The same, done once for a role, and then always come back to. */
const host *
host_at_start(const role *is);

/* Be in this one. */
void
host_enter(const host *h);

/* Records from the network: how many bytes were taken. */
size_t
host_receive(const host *h, const unsigned char *data, size_t len);

/* Application data to send, and to take: how many bytes there were. */
size_t
host_say(const host *h, const unsigned char *data, size_t len);
size_t
host_hear(const host *h, unsigned char *room, size_t max);

/* Half of a close: no application data is taken any more. */
void
host_end(const host *h);

/* Records to the network. */
size_t
host_send(const host *h, unsigned char *room, size_t max);

/* What holds at any time. */
void
host_check(const host *h);

/* A fatal alert's record, or whole records only; nothing but TLS. */
void
host_check_sent(const unsigned char *sent, size_t len);

/* The same after close_notify: no application data. */
void
host_check_silent(const unsigned char *sent, size_t len);

/* Reads everything that an engine tells about an open connection, or about
   a peer's certificate. */
void
host_ask(const host *h);
void
host_ask_peer(void);

/* The time of validation. */
#define HOST_DAYS 741427
#define HOST_SECONDS 3600

#endif
