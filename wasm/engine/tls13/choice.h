/*
 * What a server chooses of a client's offer. Each returns 0 or an error, and
 * leaves its choice in tls13.
 */
#ifndef TLS13_CHOICE_H__
#define TLS13_CHOICE_H__

#include "client-offer.h"

int
choose_suite(const client_offer *offer);

/*
 * The group, and the client's share of it; no bytes left in `share` if the
 * client must be asked for one.
 */
int
choose_group(const client_offer *offer, reader *share);

int
choose_protocol(const client_offer *offer);

/* Notes those that the client takes. */
void
note_schemes(const client_offer *offer);

/* With the schemes noted, and our chain there. */
int
choose_scheme(void);

#endif
