/*
 * Keccak and ML-KEM-768, with everything in `data`: what comes in at 0 and
 * at IN, what goes out at OUT.
 */
#include <string.h>
#include "crypto/mlkem.h"
#include "export.h"
#include "buffers.h"

#define IN 4096
#define OUT 8192
#define SECRET 12288

static mlkem_room room;

EXPORT(mlkem_room) mlkem_room *get_mlkem_room(void)
{
	return &room;
}

EXPORT(mlkem_room_size) size_t mlkem_room_size(void)
{
	return sizeof room;
}

/* `len` bytes at 0, in pieces; `out_len` at OUT, in pieces, too. */
EXPORT(keccak_hash)
void
keccak_hash(uint32_t which, size_t len, size_t out_len, size_t piece)
{
	static const keccak_function *const functions[] = {&keccak_sha3_256,
		&keccak_sha3_512, &keccak_shake128, &keccak_shake256};
	keccak k;
	size_t at, n;

	keccak_init(&k, functions[which]);
	for (at = 0; at < len; at += n) {
		n = len - at < piece ? len - at : piece;
		keccak_absorb(&k, data + at, n);
	}
	keccak_finish(&k);
	for (at = 0; at < out_len; at += n) {
		n = out_len - at < piece ? out_len - at : piece;
		keccak_squeeze(&k, data + OUT + at, n);
	}
}

/* The key of the seed at 0, at OUT. */
EXPORT(mlkem_make_key)
void
make_key(void)
{
	mlkem_make_key(data + OUT, data, &room);
}

/* The ciphertext, at OUT, and the secret for the key at 0. */
EXPORT(mlkem_encapsulate)
uint32_t
encapsulate(size_t key_len)
{
	return mlkem_encapsulate(
		data + SECRET, data + OUT, data, key_len, data + IN, &room);
}

/* The secret in the ciphertext at IN, with the seed at 0. */
EXPORT(mlkem_decapsulate)
uint32_t
decapsulate(size_t len)
{
	return mlkem_decapsulate(data + SECRET, data + IN, len, data, &room);
}

/*
 * The same with the expanded key of FIPS 203 at 0: the private vector, the
 * encapsulation key, its hash, z.
 */
EXPORT(mlkem_decapsulate_expanded)
void
decapsulate_expanded(void)
{
	int i;

	for (i = 0; i < MLKEM_RANK; i++) {
		mlkem_decode(&room.vector[i], data + i * MLKEM_BYTES(12), 12);
	}
	memcpy(room.key, data + MLKEM_RANK * MLKEM_BYTES(12), MLKEM_KEY);
	mlkem_open(data + SECRET, data + IN,
		data + MLKEM_RANK * MLKEM_BYTES(12) + MLKEM_KEY + 32, &room);
}

EXPORT(mlkem_compress)
uint32_t
compress(uint32_t c, unsigned bits)
{
	return mlkem_compress(c, bits);
}
