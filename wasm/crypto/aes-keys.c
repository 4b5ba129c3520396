#include "inner.h"
#include "aes-keys.h"

/* see aes-keys.h */
void
aes_expand(aes_keys *keys, const void *key, size_t len)
{
	uint64_t packed[2 * (AES_MAX_ROUNDS + 1)];
	uint64_t spread[8 * (AES_MAX_ROUNDS + 1)];
	unsigned i;

	keys->rounds = br_aes_ct64_keysched(packed, key, len);
	br_aes_ct64_skey_expand(spread, keys->rounds, packed);
	for (i = 0; i <= keys->rounds; i++) {
		uint64_t *q = spread + 8 * i;
		uint32_t words[4];

		br_aes_ct64_ortho(q);
		br_aes_ct64_interleave_out(words, q[0], q[4]);
		br_range_enc32le(keys->round[i], words, 4);
	}
}
