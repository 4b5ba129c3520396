/*
 * What a client of TLS 1.3 offers: its ClientHello, read in place (RFC 8446,
 * 4.1.2 and 4.2).
 */
#ifndef TLS13_CLIENT_OFFER_H__
#define TLS13_CLIENT_OFFER_H__

#include "context.h"
#include "engine/hello/client-hello.h"

typedef struct client_offer {
	client_hello hello;

	/* Extensions that are there, and what their lists hold. */
	int has_groups, has_schemes, has_shares, has_protocols, has_psk,
		has_psk_modes, has_early_data;
	reader name; /* the host's; nothing left: none */
	reader groups;
	reader schemes;
	reader protocols;
	reader shares;
	int has_psk_dhe;   /* a PSK with an exchange of keys (4.2.9) */
	reader identities; /* of pre_shared_key; as many binders */
	reader binders;
	uint32_t record_limit; /* 0: none */
} client_offer;

/* Returns 0 or an error: the whole message has been read then. */
int
client_offer_read(client_offer *offer, const unsigned char *body, size_t len);

/* The share of that group; nothing is left if there is none. */
reader
client_offer_share(const client_offer *offer, uint32_t group);

/* Is that number in a list of numbers of 16 bits? */
int
client_offer_has(reader list, uint32_t number);

#endif
