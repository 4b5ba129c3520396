#include "aes-nibbles.h"
#include "aes-tables.h"

/* see aes-nibbles.h */
void
aes_nibbles_prepare(aes_nibble_keys *nibbles, const aes_keys *keys)
{
	unsigned i;

	nibbles->rounds = keys->rounds;
	for (i = 0; i <= keys->rounds; i++) {
		v128_t x = wasm_v128_load(keys->round[i]);

		if (i > 0) {
			x ^= wasm_i8x16_splat(AES_SBOX_CONSTANT);
		}
		if (i < keys->rounds) {
			x = to_basis(x);
		}
		wasm_v128_store(nibbles->round[i], x);
	}
}

/*
 * Indices for swizzles: V8 keeps them in registers, but builds the index of
 * a shuffle anew each time.
 *
 * Row r + 1, in each column, in the place of row r.
 */
#define NEXT_ROW \
	wasm_i8x16_const(1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)

/* ShiftRows; and the same with row r + 1, r + 3 in the place of row r. */
#define SHIFT_ROWS \
	wasm_i8x16_const(0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11)
#define SHIFT_NEXT_ROW \
	wasm_i8x16_const(5, 10, 15, 0, 9, 14, 3, 4, 13, 2, 7, 8, 1, 6, 11, 12)
#define SHIFT_THIRD_ROW \
	wasm_i8x16_const(15, 0, 5, 10, 3, 4, 9, 14, 7, 8, 13, 2, 11, 12, 1, 6)

/* SubBytes, ShiftRows, MixColumns and AddRoundKey. */
static inline v128_t
round(v128_t x, v128_t key)
{
	v128_t u, t, once, twice, sum;

	invert(x, &u, &t);
	once = wasm_i8x16_swizzle(SBOX_U, u) ^ wasm_i8x16_swizzle(SBOX_T, t);
	twice = wasm_i8x16_swizzle(DOUBLE_U, u) ^
		wasm_i8x16_swizzle(DOUBLE_T, t);
	sum = wasm_i8x16_swizzle(twice, SHIFT_ROWS) ^
	      wasm_i8x16_swizzle(once, SHIFT_NEXT_ROW);
	return sum ^ wasm_i8x16_swizzle(sum, NEXT_ROW) ^
	       (wasm_i8x16_swizzle(once, SHIFT_THIRD_ROW) ^ key);
}

/* `n` is constant, and the compiler unrolls by it. */
static inline void
encrypt(const aes_nibble_keys *keys, v128_t *x, int n)
{
	v128_t key = wasm_v128_load(keys->round[0]);
	unsigned i;
	int j;

	for (j = 0; j < n; j++) {
		x[j] = to_basis(x[j]) ^ key;
	}
	for (i = 1; i < keys->rounds; i++) {
		key = wasm_v128_load(keys->round[i]);
		for (j = 0; j < n; j++) {
			x[j] = round(x[j], key);
		}
	}
	key = wasm_v128_load(keys->round[i]);
	for (j = 0; j < n; j++) {
		x[j] = wasm_i8x16_swizzle(sub_bytes(x[j]), SHIFT_ROWS) ^ key;
	}
}

/* see aes-nibbles.h */
v128_t
aes_nibbles_encrypt(const aes_nibble_keys *keys, v128_t block)
{
	encrypt(keys, &block, 1);
	return block;
}

/* see aes-nibbles.h */
void
aes_nibbles_encrypt_two(const aes_nibble_keys *keys, v128_t blocks[2])
{
	encrypt(keys, blocks, 2);
}
