/*
 * Which trust anchors may vouch for a certificate?
 */
#ifndef ANCHOR_CHOICE_H__
#define ANCHOR_CHOICE_H__

#include "engine/peer/peer.h"
#include "engine/peer/trust-anchors.h"

/*
 * Make room to choose in, once all anchors are there.
 * Returns 0 if there is none.
 */
int
anchor_choice_begin(void);

/*
 * The anchors that a certificate names as its issuer, and
 * that vouch for it and for those below (see chain-names.h). `flaw` is why
 * one of that name doesn't; it is not changed if none is left out.
 */
const br_x509_trust_anchor *
anchor_choice(const certificate *cert, const peer_demands *demands,
	size_t *count, int *flaw);

#endif
