#include <string.h>
#include "montgomery-pair.h"

#define WINDOW_BITS 4
#define WINDOW (1 << WINDOW_BITS)

/* Limbs as integers of 32 bits, two of each lane in a vector. */
typedef v128_t packed[PAIR_MAX_LIMBS / 2];

/* Added to an integer, this shows it in the lowest bits. */
#define SHOW 0x1.8p52

static void
pack(const pair_modulus *m, packed y, const pair_int x)
{
	v128_t show = wasm_f64x2_splat(SHOW);
	int i;

	for (i = 0; i < m->limbs; i += 2) {
		y[i / 2] = wasm_i32x4_shuffle(wasm_f64x2_add(x[i], show),
			wasm_f64x2_add(x[i + 1], show), 0, 2, 4, 6);
	}
}

/* x = table[digit], the digit of each lane; everything is read. */
static void
look_up(const pair_modulus *m, pair_int x, const packed table[WINDOW],
	const uint32_t digit[PAIR_LANES])
{
	v128_t digits = wasm_i32x4_make((int32_t)digit[0], (int32_t)digit[1],
		(int32_t)digit[0], (int32_t)digit[1]);
	v128_t mask[WINDOW];
	int i, j;

	for (j = 0; j < WINDOW; j++) {
		mask[j] = wasm_i32x4_eq(digits, wasm_i32x4_splat(j));
	}
	for (i = 0; i < m->limbs / 2; i++) {
		v128_t sum = wasm_i32x4_splat(0);

		for (j = 0; j < WINDOW; j++) {
			sum |= mask[j] & table[j][i];
		}
		x[2 * i] = wasm_f64x2_convert_low_i32x4(sum);
		x[2 * i + 1] = wasm_f64x2_convert_low_i32x4(
			wasm_i32x4_shuffle(sum, sum, 2, 3, 2, 3));
	}
}

/* The digit that is `at` windows above the lowest. */
static uint32_t
digit_at(const unsigned char *e, size_t len, size_t at)
{
	size_t byte = at * WINDOW_BITS / 8;

	if (byte >= len) {
		return 0;
	}
	return e[len - 1 - byte] >> at * WINDOW_BITS % 8 & (WINDOW - 1);
}

/* see montgomery-pair.h */
void
pair_power(const pair_modulus *m, pair_int x, const pair_int square_of_r,
	const pair_exponent *exponent)
{
	packed table[WINDOW];
	pair_int y, power;
	size_t len = exponent->len[0] > exponent->len[1] ? exponent->len[0]
							 : exponent->len[1];
	size_t at = len * 8 / WINDOW_BITS;
	int i;

	/* 1, x, x^2, ..., times R */
	memset(y, 0, sizeof y);
	y[0] = wasm_f64x2_splat(1);
	pair_multiply(m, power, y, square_of_r);
	pack(m, table[0], power);
	pair_multiply(m, x, x, square_of_r);
	pack(m, table[1], x);
	memcpy(y, x, sizeof y);
	for (i = 2; i < WINDOW; i++) {
		pair_multiply(m, y, y, x);
		pack(m, table[i], y);
	}

	memcpy(x, power, sizeof power);
	while (at-- > 0) {
		uint32_t digit[PAIR_LANES];

		for (i = 0; i < PAIR_LANES; i++) {
			digit[i] =
				digit_at(exponent->e[i], exponent->len[i], at);
		}
		for (i = 0; i < WINDOW_BITS; i++) {
			pair_square(m, x, x);
		}
		look_up(m, y, (const packed *)table, digit);
		pair_multiply(m, x, x, y);
	}

	/* ... and not times R. */
	memset(y, 0, sizeof y);
	y[0] = wasm_f64x2_splat(1);
	pair_multiply(m, x, x, y);
}
