#include "aes-bitslice.h"
#include "aes-circuit.h"

/*
 * Bytes are in row order: byte 4 * r + c of a vector is row r, column c of
 * the state, where a block has it at r + 4 * c. MixColumns then moves whole
 * 32-bit words. The layout is Käsper's and Schwabe's ("Faster and
 * Timing-Attack Resistant AES-GCM", 2009).
 */

static const unsigned char rows_and_columns[16] = {
	0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};

static inline v128_t
transpose(v128_t block)
{
	return wasm_i8x16_swizzle(block, wasm_v128_load(rows_and_columns));
}

/* see aes-bitslice.h */
void
aes_sliced_spread(aes_sliced_keys *sliced, const aes_keys *keys)
{
	unsigned i;
	int bit;

	sliced->rounds = keys->rounds;
	for (i = 0; i <= keys->rounds; i++) {
		v128_t key = transpose(wasm_v128_load(keys->round[i]));

		if (i > 0) {
			key ^= wasm_i8x16_splat(AES_SBOX_CONSTANT);
		}
		for (bit = 0; bit < 8; bit++) {
			v128_t mask = wasm_i8x16_splat((int8_t)(1 << bit));

			sliced->bits[i][bit] =
				wasm_i8x16_eq(wasm_v128_and(key, mask), mask);
		}
	}
}

/* Exchanges the bits of `a` under `mask << n` with those of `b` under `mask`. */
#define EXCHANGE(a, b, n, mask) \
	do { \
		v128_t t = \
			(wasm_u64x2_shr(a, n) ^ b) & wasm_i8x16_splat(mask); \
		b ^= t; \
		a ^= wasm_i64x2_shl(t, n); \
	} while (0)

/* From one block a vector to one bit a vector, or back. */
static inline void
slice(v128_t q[8])
{
	int i;

	for (i = 0; i < 8; i += 2) {
		EXCHANGE(q[i], q[i + 1], 1, 0x55);
	}
	for (i = 0; i < 8; i += 4) {
		EXCHANGE(q[i], q[i + 2], 2, 0x33);
		EXCHANGE(q[i + 1], q[i + 3], 2, 0x33);
	}
	for (i = 0; i < 4; i++) {
		EXCHANGE(q[i], q[i + 4], 4, 0x0F);
	}
}

static inline void
add_key(v128_t q[8], const v128_t key[8])
{
	int i;

	for (i = 0; i < 8; i++) {
		q[i] ^= key[i];
	}
}

static inline void
permute(v128_t q[8], const unsigned char order[16])
{
	v128_t index = wasm_v128_load(order);
	int i;

	for (i = 0; i < 8; i++) {
		q[i] = wasm_i8x16_swizzle(q[i], index);
	}
}

/* Row r + 1, and row r + 2, in the place of row r. */
#define NEXT_ROW(x) wasm_i32x4_shuffle(x, x, 1, 2, 3, 0)
#define SECOND_ROW(x) wasm_i32x4_shuffle(x, x, 2, 3, 0, 1)

static inline void
mix_columns(v128_t q[8])
{
	v128_t next[8], sum[8];
	int i;

	for (i = 0; i < 8; i++) {
		next[i] = NEXT_ROW(q[i]);
		sum[i] = q[i] ^ next[i];
	}
	for (i = 0; i < 8; i++) {
		q[i] = next[i] ^ SECOND_ROW(sum[i]) ^ sum[(i + 7) % 8];
	}
	q[1] ^= sum[7];
	q[3] ^= sum[7];
	q[4] ^= sum[7];
}

/*
 * InvMixColumns is MixColumns after the addition, to each byte, of four
 * times the sum of itself and the byte two rows on.
 */
static inline void
inverse_mix_columns(v128_t q[8])
{
	v128_t sum[8];
	int i;

	for (i = 0; i < 8; i++) {
		sum[i] = q[i] ^ SECOND_ROW(q[i]);
	}
	for (i = 0; i < 8; i++) {
		q[i] ^= sum[(i + 6) % 8];
	}
	q[1] ^= sum[6];
	q[2] ^= sum[7];
	q[3] ^= sum[6];
	q[4] ^= sum[6] ^ sum[7];
	q[5] ^= sum[7];
	mix_columns(q);
}

static const unsigned char shift_rows[16] = {
	0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14};
static const unsigned char inverse_shift_rows[16] = {
	0, 1, 2, 3, 7, 4, 5, 6, 10, 11, 8, 9, 13, 14, 15, 12};

static inline void
load(v128_t q[8], const v128_t blocks[AES_SLICED_BLOCKS])
{
	int i;

	for (i = 0; i < 8; i++) {
		q[i] = transpose(blocks[i]);
	}
	slice(q);
}

static inline void
store(v128_t blocks[AES_SLICED_BLOCKS], v128_t q[8])
{
	int i;

	slice(q);
	for (i = 0; i < 8; i++) {
		blocks[i] = transpose(q[i]);
	}
}

/* see aes-bitslice.h */
void
aes_sliced_encrypt(
	const aes_sliced_keys *keys, v128_t blocks[AES_SLICED_BLOCKS])
{
	v128_t q[8];
	unsigned i;

	load(q, blocks);
	add_key(q, keys->bits[0]);
	for (i = 1; i < keys->rounds; i++) {
		sub_bytes(q);
		permute(q, shift_rows);
		mix_columns(q);
		add_key(q, keys->bits[i]);
	}
	sub_bytes(q);
	permute(q, shift_rows);
	add_key(q, keys->bits[i]);
	store(blocks, q);
}

/* see aes-bitslice.h */
void
aes_sliced_decrypt(
	const aes_sliced_keys *keys, v128_t blocks[AES_SLICED_BLOCKS])
{
	v128_t q[8];
	unsigned i;

	load(q, blocks);
	add_key(q, keys->bits[keys->rounds]);
	for (i = keys->rounds - 1; i > 0; i--) {
		permute(q, inverse_shift_rows);
		inverse_sub_bytes(q);
		add_key(q, keys->bits[i]);
		inverse_mix_columns(q);
	}
	permute(q, inverse_shift_rows);
	inverse_sub_bytes(q);
	add_key(q, keys->bits[0]);
	store(blocks, q);
}
