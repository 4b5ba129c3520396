#include <string.h>
#include "inner.h"
#include "mlkem.h"
#include "wipe.h"

/* Of a ciphertext (FIPS 203, table 2): du and dv. */
#define U_BITS 10
#define V_BITS 4

/* Where the encapsulation key has the matrix's seed. */
#define RHO (MLKEM_RANK * MLKEM_BYTES(12))

/* Of a string in one or two parts (FIPS 203, 4.1: G, H and J). */
static MLKEM_SMALL void
digest(keccak *k, const keccak_function *f, unsigned char *out, size_t out_len,
	const unsigned char *a, size_t a_len, const unsigned char *b,
	size_t b_len)
{
	keccak_init(k, f);
	keccak_absorb(k, a, a_len);
	keccak_absorb(k, b, b_len);
	keccak_finish(k);
	keccak_squeeze(k, out, out_len);
}

/*
 * sum = row i of the matrix (or its column, for the transposed one) times
 * `vector`.
 */
static MLKEM_SMALL void
multiply_matrix(mlkem_room *room, const unsigned char *rho, int i, int column)
{
	unsigned char at[2];
	int j;

	memset(&room->sum, 0, sizeof room->sum);
	for (j = 0; j < MLKEM_RANK; j++) {
		at[column] = (unsigned char)j;
		at[1 - column] = (unsigned char)i;
		mlkem_sample_matrix(&room->term, &room->k, rho, at);
		mlkem_multiply_add(&room->sum, &room->term, &room->vector[j]);
	}
}

/* `vector` = noise of the seed's first indexes, transformed. */
static MLKEM_SMALL void
sample_vector(mlkem_room *room, const unsigned char *seed)
{
	int i;

	for (i = 0; i < MLKEM_RANK; i++) {
		mlkem_sample_noise(
			&room->vector[i], &room->k, seed, (unsigned char)i);
		mlkem_transform(&room->vector[i]);
	}
}

/* A product of two vectors in `sum`: what is at `key` in 12 bits, `vector`. */
static MLKEM_SMALL void
multiply_key(mlkem_room *room, const unsigned char *key)
{
	int i;

	memset(&room->sum, 0, sizeof room->sum);
	for (i = 0; i < MLKEM_RANK; i++) {
		mlkem_decode(&room->term, key + i * MLKEM_BYTES(12), 12);
		mlkem_multiply_add(&room->sum, &room->term, &room->vector[i]);
	}
}

/* Algorithm 14, K-PKE.Encrypt: of `message`, with the second of `seeds`. */
static MLKEM_SMALL void
encrypt(mlkem_room *room, unsigned char *out, const unsigned char *key)
{
	const unsigned char *seed = room->seeds + 32;
	int i;

	sample_vector(room, seed);
	for (i = 0; i < MLKEM_RANK; i++) {
		multiply_matrix(room, key + RHO, i, 1);
		mlkem_transform_back(&room->sum);
		mlkem_sample_noise(&room->term, &room->k, seed,
			(unsigned char)(MLKEM_RANK + i));
		mlkem_add(&room->sum, &room->term);
		mlkem_encode(out, &room->sum, U_BITS);
		out += MLKEM_BYTES(U_BITS);
	}
	multiply_key(room, key);
	mlkem_transform_back(&room->sum);
	mlkem_sample_noise(&room->term, &room->k, seed, 2 * MLKEM_RANK);
	mlkem_add(&room->sum, &room->term);
	mlkem_decode(&room->term, room->message, 1);
	mlkem_add(&room->sum, &room->term);
	mlkem_encode(out, &room->sum, V_BITS);
}

/* Algorithm 15, K-PKE.Decrypt: `message` of a ciphertext. */
static MLKEM_SMALL void
decrypt(mlkem_room *room, const unsigned char *in)
{
	int i;

	memset(&room->sum, 0, sizeof room->sum);
	for (i = 0; i < MLKEM_RANK; i++) {
		mlkem_decode(&room->term, in, U_BITS);
		mlkem_transform(&room->term);
		mlkem_multiply_add(&room->sum, &room->term, &room->vector[i]);
		in += MLKEM_BYTES(U_BITS);
	}
	mlkem_transform_back(&room->sum);
	mlkem_decode(&room->term, in, V_BITS);
	mlkem_subtract_from(&room->sum, &room->term);
	mlkem_encode(room->message, &room->sum, 1);
}

/* `seeds` = the shared secret, and what encrypt() makes its noise from. */
static MLKEM_SMALL void
derive(mlkem_room *room, const unsigned char *key)
{
	digest(&room->k, &keccak_sha3_256, room->key_hash,
		sizeof room->key_hash, key, MLKEM_KEY, NULL, 0);
	digest(&room->k, &keccak_sha3_512, room->seeds, sizeof room->seeds,
		room->message, sizeof room->message, room->key_hash,
		sizeof room->key_hash);
}

/* see mlkem.h: algorithm 13, K-PKE.KeyGen */
MLKEM_SMALL void
mlkem_expand(mlkem_room *room, const unsigned char *d)
{
	static const unsigned char rank = MLKEM_RANK;
	const unsigned char *noise = room->seeds + 32;
	int i;

	digest(&room->k, &keccak_sha3_512, room->seeds, sizeof room->seeds, d,
		32, &rank, 1);
	memcpy(room->key + RHO, room->seeds, 32);
	sample_vector(room, noise);
	for (i = 0; i < MLKEM_RANK; i++) {
		multiply_matrix(room, room->key + RHO, i, 0);
		mlkem_times_r(&room->sum);
		mlkem_sample_noise(&room->term, &room->k, noise,
			(unsigned char)(MLKEM_RANK + i));
		mlkem_transform(&room->term);
		mlkem_add(&room->sum, &room->term);
		mlkem_encode(room->key + i * MLKEM_BYTES(12), &room->sum, 12);
	}
}

/* see mlkem.h */
MLKEM_SMALL void
mlkem_make_key(unsigned char key[MLKEM_KEY],
	const unsigned char seed[MLKEM_PRIVATE_SEED], mlkem_room *room)
{
	mlkem_expand(room, seed);
	memcpy(key, room->key, MLKEM_KEY);
	wipe(room, sizeof *room);
}

/* The check of 7.2. */
static MLKEM_SMALL uint32_t
is_key(mlkem_room *room, const unsigned char *key, size_t len)
{
	uint32_t good = 1;
	int i;

	if (len != MLKEM_KEY) {
		return 0;
	}
	for (i = 0; i < MLKEM_RANK; i++) {
		good &= mlkem_decode(
			&room->term, key + i * MLKEM_BYTES(12), 12);
	}
	return good;
}

/* see mlkem.h: algorithm 20, ML-KEM.Encaps, its randomness given */
MLKEM_SMALL uint32_t
mlkem_encapsulate(unsigned char secret[MLKEM_SECRET],
	unsigned char ciphertext[MLKEM_CIPHERTEXT], const unsigned char *key,
	size_t key_len, const unsigned char random[MLKEM_RANDOM],
	mlkem_room *room)
{
	uint32_t good = is_key(room, key, key_len);

	if (good) {
		memcpy(room->message, random, MLKEM_RANDOM);
		derive(room, key);
		encrypt(room, ciphertext, key);
		memcpy(secret, room->seeds, MLKEM_SECRET);
	}
	wipe(room, sizeof *room);
	return good;
}

/* see mlkem.h: algorithm 18 */
MLKEM_SMALL void
mlkem_open(unsigned char secret[MLKEM_SECRET], const unsigned char *ciphertext,
	const unsigned char *z, mlkem_room *room)
{
	uint32_t difference = 0;
	size_t u;

	decrypt(room, ciphertext);
	derive(room, room->key);
	encrypt(room, room->again, room->key);
	for (u = 0; u < MLKEM_CIPHERTEXT; u++) {
		difference |= room->again[u] ^ ciphertext[u];
	}
	digest(&room->k, &keccak_shake256, secret, MLKEM_SECRET, z, 32,
		ciphertext, MLKEM_CIPHERTEXT);
	br_ccopy(EQ0((int32_t)difference), secret, room->seeds, MLKEM_SECRET);
	wipe(room, sizeof *room);
}

/* see mlkem.h: algorithm 21, ML-KEM.Decaps */
MLKEM_SMALL uint32_t
mlkem_decapsulate(unsigned char secret[MLKEM_SECRET],
	const unsigned char *ciphertext, size_t len,
	const unsigned char seed[MLKEM_PRIVATE_SEED], mlkem_room *room)
{
	if (len != MLKEM_CIPHERTEXT) {
		return 0;
	}
	mlkem_expand(room, seed);
	mlkem_open(secret, ciphertext, seed + 32, room);
	return 1;
}
