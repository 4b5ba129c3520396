/*
 * The names in a peer's chain so far, which the constraints of the CAs above
 * are held against.
 */
#ifndef CHAIN_NAMES_H__
#define CHAIN_NAMES_H__

#include "engine/peer/certificate.h"

/*
 * A peer's chain: an end entity and seven CAs. Each certificate costs a
 * signature's verification before anything is known of the peer.
 */
#define PEER_CHAIN_MAX 8

void
chain_names_forget(void);

/*
 * Add the names of the next certificate. The end entity's, the first one,
 * must stay in memory; others are copied.
 */
void
chain_names_add(const certificate *cert);

/* Do all of them meet the constraints? Returns 0 or an error. */
int
chain_names_meet(const der *constraints);

/*
 * How many CAs are in the chain so far, without those that issued themselves
 * (RFC 5280, 6.1.4)?
 */
uint32_t
chain_names_depth(void);

#endif
