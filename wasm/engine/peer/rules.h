/*
 * What must be true of every certificate, and BearSSL doesn't ask. Looked at
 * before a certificate's key verifies anything.
 */
#ifndef RULES_H__
#define RULES_H__

#include "engine/peer/certificate.h"

/* Returns 0 or an error. A CA must have a name. */
int
certificate_flaw(const certificate *cert, int is_ca);

/*
 * issuer-rules.c: what else must be true of what a peer presents. Returns 0
 * or an error.
 */
int
certificate_issuing_flaw(const certificate *cert);

/* Did the subject issue it itself? (RFC 5280, 6.1: by the names alone) */
int
certificate_is_self_issued(const certificate *cert);

/*
 * How many certificates of CAs may stand between this CA's and the end
 * entity's (4.2.1.9)?
 */
#define ANY_PATH_LENGTH 0xFFFFFFFF
uint32_t
certificate_path_length(const certificate *cert);

/* Does the key usage, if there is one, allow it to sign certificates? */
int
certificate_may_sign(const certificate *cert);

/* Is it a CA's? (4.2.1.9) */
int
certificate_is_ca(const certificate *cert);

/*
 * key-identifiers.c: does a certificate whose issuer has the subject's name
 * say that another certificate issued it? (4.2.1.1)
 */
int
certificate_denies_itself(const certificate *cert);

/*
 * The same file: does it say that another certificate issued it than that
 * one, which has the issuer's name?
 */
int
certificate_denies_issuer(const certificate *cert, const certificate *issuer);

/* The same file: is what it says of its issuer's key nothing at all? */
int
certificate_says_nothing_of_issuer(const certificate *cert);

/*
 * A root of version 1 can't say that it is a CA's. That it issued itself
 * must do, as elsewhere.
 */
int
certificate_is_v1_root(const certificate *cert);

#endif
