/*
 * How a CertificateVerify is signed (RFC 8446, 4.2.3): a row a scheme.
 */
#ifndef TLS13_SCHEMES_H__
#define TLS13_SCHEMES_H__

#include "crypto/signature-schemes.h"
#include "context.h"
#include "engine/connection.h"

/* The n-th, in the order of our preference; NULL after the last one. */
const tls13_scheme *
scheme_at(size_t n);

/* Which one of them has that number? -1: none. */
int
scheme_number(uint32_t id);

/* Can a key sign with it? */
int
scheme_fits(const tls13_scheme *s, const own_key *key);

#endif
