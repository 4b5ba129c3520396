/*
 * Certificates of CAs among the operator's that others issued. Such a CA
 * vouches for no peer by itself, as with OpenSSL's defaults: its certificate
 * stands in for one that a peer leaves out.
 */
#ifndef OPERATORS_CHAIN_H__
#define OPERATORS_CHAIN_H__

#include "engine/peer/certificate.h"

/* Keep a copy. Returns 0 or an error. */
int
operators_chain_add(const void *data, size_t len);

/* Is that the name of one of them? */
int
operators_chain_has(const der *name);

/*
 * The certificate of one that may have issued `cert` and is valid at that
 * time, as for br_x509_minimal_set_time(); NULL if there is none.
 */
const der *
operators_chain_issuer(
	const certificate *cert, uint32_t days, uint32_t seconds);

#endif
