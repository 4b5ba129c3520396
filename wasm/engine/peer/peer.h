/*
 * Who is the peer? Its chain of certificates is validated, or taken as it
 * is, behind BearSSL's interface for that (br_x509_class). No protocol is
 * known here.
 */
#ifndef PEER_H__
#define PEER_H__

#include "bearssl.h"
#include "engine/peer/certificate.h"

/*
 * The longest certificate of a peer, in bytes. A server's own one may have
 * thousands of names. Clients are not known when theirs comes, and a server
 * has many connections.
 */
#define PEER_CERTIFICATE_MAX 16384
#define PEER_SERVER_CERTIFICATE_MAX 65536

/* What a chain is held against. Pointers must stay valid. */
typedef struct {
	unsigned purpose; /* of the peer's key: PURPOSE_* */

	/* The time, as for br_x509_minimal_set_time. */
	uint32_t days, seconds;

	/* The name that a server's certificate must have; or empty. */
	const char *host_name;

	/* Bytes of a modulus; 0: BearSSL's limit, 1017 bits. */
	unsigned rsa_min;

	/* Of signatures in certificates; NULL is the last. */
	const br_hash_class *const *hashes;
} peer_demands;

/* peer.c: NULL when there is no memory. */
const br_x509_class **
peer_validator(const peer_demands *demands);

/*
 * peer.c: a function that is called at once when a chain does not hold. BearSSL's engine
 * tolerates a bad chain where it tolerates none; a caller that looks at what
 * end_chain returns needs no call.
 */
void
peer_tell_failures(void (*tell)(int error));

/* peer-unchecked.c: takes any chain. */
const br_x509_class **
peer_anyone(void);

/* peer.c: the peer's own certificate; returns 0 if it sent none. */
int
peer_certificate(der *whole, certificate *parts);

#endif
