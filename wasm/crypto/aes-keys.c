#include <string.h>
#include "aes-keys.h"
#include "aes-tables.h"

#define WORDS (AES_BLOCK / 4)

static inline uint32_t
sub_word(uint32_t word)
{
	v128_t x = sub_bytes(to_basis(wasm_i32x4_splat((int32_t)word)));

	x ^= wasm_i8x16_splat(AES_SBOX_CONSTANT);
	return (uint32_t)wasm_i32x4_extract_lane(x, 0);
}

/* see aes-keys.h */
void
aes_expand(aes_keys *keys, const void *key, size_t len)
{
	uint32_t w[(AES_MAX_ROUNDS + 1) * WORDS], constant = 1;
	size_t i, n = len / 4;

	keys->rounds = (unsigned)n + 6;
	memcpy(w, key, len);
	for (i = n; i < (keys->rounds + 1) * WORDS; i++) {
		uint32_t x = w[i - 1];

		/* Words are little-endian: their first byte is the lowest. */
		if (i % n == 0) {
			x = sub_word(x >> 8 | x << 24) ^ constant;
			constant = (constant << 1) ^ (constant >> 7) * 0x11B;
		} else if (n > 6 && i % n == 4) {
			x = sub_word(x);
		}
		w[i] = w[i - n] ^ x;
	}
	memcpy(keys->round, w, (keys->rounds + 1) * AES_BLOCK);
}
