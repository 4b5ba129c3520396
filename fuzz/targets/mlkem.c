/*
 * ML-KEM-768 against a plain reimplementation: the same input, the same
 * output. The first byte says what the rest is: changes of a good key, of a
 * good ciphertext, or the thing itself; then come a private seed, random
 * bytes, and that.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "plain-mlkem.h"
#include "crypto/mlkem.h"

#define HEADER (1 + MLKEM_PRIVATE_SEED + MLKEM_RANDOM)

static mlkem_room *room;

static void
check_wiped(void)
{
	const unsigned char *byte = (const unsigned char *)room;
	size_t u;

	for (u = 0; u < sizeof *room; u++) {
		CHECK(byte[u] == 0);
	}
}

/* `what` becomes the input, repeated, or is changed by it once. */
static void
apply(unsigned char *what, size_t len, const uint8_t *data, size_t size,
	int whole)
{
	size_t u;

	for (u = 0; u < len && size > 0; u++) {
		if (whole) {
			what[u] = data[u % size];
		} else if (u < size) {
			what[u] ^= data[u];
		}
	}
}

static void
check_key(const unsigned char *key, const uint8_t *random,
	unsigned char *ciphertext)
{
	unsigned char secret[32], theirs[32], other[MLKEM_CIPHERTEXT];
	uint32_t good;

	CHECK(!mlkem_encapsulate(
		secret, ciphertext, key, MLKEM_KEY - 1, random, room));
	good = mlkem_encapsulate(
		secret, ciphertext, key, MLKEM_KEY, random, room);
	check_wiped();
	CHECK(good == (uint32_t)plain_mlkem_is_key(key));
	if (good) {
		plain_mlkem_encapsulate(theirs, other, key, random);
		CHECK(memcmp(ciphertext, other, sizeof other) == 0);
		CHECK(memcmp(secret, theirs, sizeof theirs) == 0);
	}
}

static void
check_ciphertext(const unsigned char *ciphertext, const uint8_t *seed)
{
	unsigned char secret[32], theirs[32];

	CHECK(!mlkem_decapsulate(
		secret, ciphertext, MLKEM_CIPHERTEXT - 1, seed, room));
	CHECK(mlkem_decapsulate(
		secret, ciphertext, MLKEM_CIPHERTEXT, seed, room));
	check_wiped();
	plain_mlkem_decapsulate(theirs, ciphertext, seed);
	CHECK(memcmp(secret, theirs, sizeof theirs) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *seed = data + 1, *random = seed + MLKEM_PRIVATE_SEED;
	unsigned char key[MLKEM_KEY], theirs[MLKEM_KEY];
	unsigned char ciphertext[MLKEM_CIPHERTEXT] = {0};

	if (size < HEADER) {
		return 0;
	}
	if (room == NULL) {
		room = malloc(sizeof *room);
	}
	mlkem_make_key(key, seed, room);
	check_wiped();
	plain_mlkem_make_key(theirs, seed);
	CHECK(memcmp(key, theirs, sizeof key) == 0);
	if (data[0] & 1) {
		apply(key, sizeof key, data + HEADER, size - HEADER,
			data[0] & 2);
		check_key(key, random, ciphertext);
	} else {
		check_key(key, random, ciphertext);
		apply(ciphertext, sizeof ciphertext, data + HEADER,
			size - HEADER, data[0] & 2);
		check_ciphertext(ciphertext, seed);
	}
	return 0;
}
