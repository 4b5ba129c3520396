/*
 * X25519MLKEM768 (RFC 10024): ML-KEM's part comes first, in both shares and
 * in the secret.
 */
#include "exchanges.h"
#include "engine/connection.h"
#include "engine/errors.h"
#include "crypto/mlkem.h"
#include "crypto/wipe.h"

/* Its other part: the row of groups.c, which has this file's functions. */
static const tls13_group x25519 = {
	GROUP_X25519, 32, 32, 32, &ec_answer, BR_EC_curve25519};

/*
 * What ML-KEM works in: room for records to the network that is not in use
 * now, since the flight is not written yet. NULL: there are records in it
 * that the network has not taken.
 */
static mlkem_room *
working_room(void)
{
	size_t len, skipped;
	unsigned char *room =
		record_out_room(&tls13.out, RECORD_HANDSHAKE, &len);

	skipped = -(uintptr_t)room & 7;
	if (room == NULL || len < skipped + sizeof(mlkem_room)) {
		return NULL;
	}
	return (mlkem_room *)(void *)(room + skipped);
}

/* see exchanges.h */
int
hybrid_answer(const tls13_group *g, const unsigned char *share,
	unsigned char *answer, unsigned char *secret)
{
	mlkem_room *room = working_room();
	unsigned char random[MLKEM_RANDOM];
	uint32_t good;

	(void)g;
	if (room == NULL) {
		return BR_ERR_BAD_STATE;
	}
	random_draw(&conn.random, random, sizeof random);
	good = mlkem_encapsulate(
		secret, answer, share, MLKEM_KEY, random, room);
	wipe(random, sizeof random);
	if (!good) {
		return ERR_BAD_KEY_SHARE;
	}
	return ec_answer(&x25519, share + MLKEM_KEY, answer + MLKEM_CIPHERTEXT,
		secret + MLKEM_SECRET);
}

/* see exchanges.h */
int
hybrid_key(const unsigned char *seed, unsigned char *key)
{
	mlkem_room *room = working_room();

	if (room == NULL) {
		return BR_ERR_BAD_STATE;
	}
	mlkem_make_key(key, seed, room);
	return 0;
}

/* see exchanges.h */
int
hybrid_secret(const unsigned char *seed, const unsigned char *private_key,
	size_t private_len, const unsigned char *share, unsigned char *secret)
{
	mlkem_room *room = working_room();

	if (room == NULL) {
		return BR_ERR_BAD_STATE;
	}
	mlkem_decapsulate(secret, share, MLKEM_CIPHERTEXT, seed, room);
	return ec_secret(&x25519, private_key, private_len,
		share + MLKEM_CIPHERTEXT, secret + MLKEM_SECRET);
}
