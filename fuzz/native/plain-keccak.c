#include <stdint.h>
#include <string.h>
#include "plain-keccak.h"

static uint64_t
turned(uint64_t lane, unsigned by)
{
	return by % 64 == 0 ? lane : lane << by % 64 | lane >> (64 - by % 64);
}

/* FIPS 202, algorithm 5: a bit of a shift register. */
static unsigned
rc(unsigned t)
{
	unsigned r = 1;

	for (t %= 255; t > 0; t--) {
		r <<= 1;
		r ^= r & 0x100 ? 0x171 : 0;
	}
	return r & 1;
}

/* Section 3.2: one round, a[x][y] being the lanes. */
static void
turn(uint64_t a[5][5], uint64_t constant)
{
	uint64_t column[5], b[5][5];
	unsigned x, y, t, next;

	for (x = 0; x < 5; x++) {
		column[x] = a[x][0] ^ a[x][1] ^ a[x][2] ^ a[x][3] ^ a[x][4];
	}
	for (x = 0; x < 5; x++) {
		for (y = 0; y < 5; y++) {
			a[x][y] ^= column[(x + 4) % 5] ^
				   turned(column[(x + 1) % 5], 1);
		}
	}
	x = 1;
	y = 0;
	for (t = 0; t < 24; t++) {
		a[x][y] = turned(a[x][y], (t + 1) * (t + 2) / 2);
		next = (2 * x + 3 * y) % 5;
		x = y;
		y = next;
	}
	for (x = 0; x < 5; x++) {
		for (y = 0; y < 5; y++) {
			b[x][y] = a[(x + 3 * y) % 5][x];
		}
	}
	for (x = 0; x < 5; x++) {
		for (y = 0; y < 5; y++) {
			a[x][y] = b[x][y] ^
				  (~b[(x + 1) % 5][y] & b[(x + 2) % 5][y]);
		}
	}
	a[0][0] ^= constant;
}

static void
permute(unsigned char state[200])
{
	static uint64_t constants[24];
	uint64_t a[5][5] = {{0}};
	unsigned i, t;

	for (i = 0; constants[23] == 0; i++) {
		for (t = 0; t <= 6; t++) {
			constants[i] |= (uint64_t)rc(t + 7 * i)
					<< ((1U << t) - 1);
		}
	}

	for (i = 0; i < 200; i++) {
		a[i / 8 % 5][i / 40] |= (uint64_t)state[i] << i % 8 * 8;
	}
	for (i = 0; i < 24; i++) {
		turn(a, constants[i]);
	}
	for (i = 0; i < 200; i++) {
		state[i] = (unsigned char)(a[i / 8 % 5][i / 40] >> i % 8 * 8);
	}
}

/* see plain-keccak.h */
void
plain_keccak(plain_keccak_function f, const unsigned char *in, size_t len,
	unsigned char *out, size_t out_len)
{
	unsigned char state[200] = {0};
	size_t at;

	for (at = 0; at < len; at++) {
		state[at % f.rate] ^= in[at];
		if ((at + 1) % f.rate == 0) {
			permute(state);
		}
	}
	state[len % f.rate] ^= f.suffix;
	state[f.rate - 1] ^= 0x80;
	for (at = 0; at < out_len; at++) {
		if (at % f.rate == 0) {
			permute(state);
		}
		out[at] = state[at % f.rate];
	}
}
