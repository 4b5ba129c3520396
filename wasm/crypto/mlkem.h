/*
 * ML-KEM-768 (FIPS 203): an encapsulation key goes out, a ciphertext comes
 * back, and both sides have a secret that a quantum computer does not find.
 *
 * A private key is its 64-byte seed and nothing else, expanded each time it
 * is used. The matrix is made a polynomial at a time. Constant time, except
 * for what follows from an encapsulation key, which is public.
 */
#ifndef MLKEM_H__
#define MLKEM_H__

#include "mlkem-codec.h"

#define MLKEM_RANK 3 /* k, what makes it ML-KEM-768 */

#define MLKEM_PRIVATE_SEED 64 /* d and z */
#define MLKEM_KEY (MLKEM_RANK * MLKEM_BYTES(12) + MLKEM_SEED_BYTES)
#define MLKEM_CIPHERTEXT (MLKEM_RANK * MLKEM_BYTES(10) + MLKEM_BYTES(4))
#define MLKEM_SECRET 32
#define MLKEM_RANDOM 32

/*
 * What the functions need room for: some 5 KiB, too much for a stack that
 * stays resident. They wipe it before they return.
 */
typedef struct {
	mlkem_poly vector[MLKEM_RANK], sum, term;
	keccak k;
	unsigned char key[MLKEM_KEY];
	unsigned char again[MLKEM_CIPHERTEXT];
	unsigned char message[MLKEM_RANDOM], key_hash[32], seeds[64];
} mlkem_room;

/* The encapsulation key of a private seed. */
void
mlkem_make_key(unsigned char key[MLKEM_KEY],
	const unsigned char seed[MLKEM_PRIVATE_SEED], mlkem_room *room);

/*
 * A secret, and the ciphertext from which the private seed finds it; all
 * follows from the 32 random bytes. Returns 0 for a key of another length, or
 * with a coefficient that is not below q (7.2), and then wrote nothing.
 */
uint32_t
mlkem_encapsulate(unsigned char secret[MLKEM_SECRET],
	unsigned char ciphertext[MLKEM_CIPHERTEXT], const unsigned char *key,
	size_t key_len, const unsigned char random[MLKEM_RANDOM],
	mlkem_room *room);

/*
 * The secret of a ciphertext. One that mlkem_encapsulate() did not make gives
 * a secret of its own that its sender can't know, and nothing tells the
 * difference (implicit rejection). Returns 0 for another length.
 */
uint32_t
mlkem_decapsulate(unsigned char secret[MLKEM_SECRET],
	const unsigned char *ciphertext, size_t len,
	const unsigned char seed[MLKEM_PRIVATE_SEED], mlkem_room *room);

/*
 * Decapsulation in two steps: `vector` (transformed, |c| <= q) and `key` of
 * the room become what the seed's first half stands for; with them and the
 * second half, a ciphertext of the right length gives its secret.
 */
void
mlkem_expand(mlkem_room *room, const unsigned char *d);

void
mlkem_open(unsigned char secret[MLKEM_SECRET], const unsigned char *ciphertext,
	const unsigned char *z, mlkem_room *room);

#endif
