/*
 * A private key in the keeper's memory.
 */
#ifndef KEY_H__
#define KEY_H__

#include <stdint.h>
#include "abi.h"
#include "bearssl.h"

typedef struct {
	int type; /* BR_KEYTYPE_RSA or BR_KEYTYPE_EC */
	union {
		br_rsa_private_key rsa;
		br_ec_private_key ec;
	} sk;

	/* The public half that the key file has (EC); NULL if it has none. */
	unsigned char *claim;
	size_t claim_len;

	/* The certificate's public key (RSA); n is NULL before a match. */
	br_rsa_public_key pk;

	/* Seed of implicit rejection, and of PSS salts (RSA): a hash of the
	   private key. */
	unsigned char rejection_seed[32];

	/* What the ticket keys of all periods follow from: another hash of it. */
	unsigned char ticket_seed[32];
} private_key;

/*
 * Decode a key file, PEM or DER, into *key (in the arena). Returns 0 or
 * KEEPER_*. Working copies are wiped; `file` is changed.
 */
int
key_decode(private_key *key, unsigned char *file, size_t len);

/*
 * kind.c: what the file is that begins with these bytes (DER), if its key
 * can't be decoded, or is of a kind that is not supported. Returns KEEPER_*,
 * or 0 if that can't be told.
 */
int
key_kind(const unsigned char *begin, size_t len);

/*
 * base64.c: decode what follows a PEM object's BEGIN line, in place.
 * Returns the length of its DER; 0, and nothing has changed, if it is not
 * of the usual form.
 */
size_t
pem_body_decode(unsigned char *text, size_t len);

/*
 * base64.c: decode groups of four characters, each line whole; `out` may be
 * `text`, or NULL to change nothing. Returns the length; 0 for anything else.
 * Which characters they are doesn't show in the time.
 */
size_t
base64_decode(unsigned char *out, const unsigned char *text, size_t len);

/* What ticket keys follow from, where that is no private key. The first one
   seals, and all open. */
typedef struct {
	unsigned char seeds[KEEPER_RING_MAX][32];
	size_t count;
} ticket_ring;

/* tickets.c: one more, of random bytes. Returns 0 if there is no
   room. */
int
ticket_ring_add(ticket_ring *ring, const unsigned char *bytes, size_t len);

/* ticket-file.c: all of a file, which is changed. Returns 0 or KEEPER_*. */
int
ticket_file_decode(ticket_ring *ring, unsigned char *file, size_t len);

/* tickets.c: with a key of a ring; see key_seal and key_open. */
size_t
ticket_ring_seal(const ticket_ring *ring, unsigned char *data, size_t len);
size_t
ticket_ring_open(const ticket_ring *ring, unsigned char *data, size_t len);

/* see keeper_match and keeper_match_claim in abi.h */
int
key_match(private_key *key, const unsigned char *cert, size_t len);
int
key_match_claim(private_key *key, const unsigned char *cert, size_t len);

/* All work in place, on a buffer of at least 512 bytes; see abi.h. */
size_t
key_attest(const private_key *key, unsigned role, unsigned scheme,
	unsigned char *data, size_t len);
size_t
key_sign(
	const private_key *key, unsigned hash, unsigned char *data, size_t len);
size_t
key_seal(const private_key *key, uint32_t period, unsigned char *data,
	size_t len);
size_t
key_open(const private_key *key, uint32_t period, unsigned char *data,
	size_t len);
size_t
key_decrypt(const private_key *key, unsigned char *data, size_t len);

#endif
