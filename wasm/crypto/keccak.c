#include <string.h>
#include "keccak.h"

#define SMALL __attribute__((minsize))
#define ROUNDS 24

/* Lanes are little-endian (FIPS 202, B.1), as this machine is. */
const keccak_function keccak_sha3_256 = {136, 0x06};
const keccak_function keccak_sha3_512 = {72, 0x06};
const keccak_function keccak_shake128 = {168, 0x1F};
const keccak_function keccak_shake256 = {136, 0x1F};

/* What iota adds to the first lane (3.2.5). */
static const uint64_t round_constants[ROUNDS] = {0x0000000000000001,
	0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
	0x000000000000808B, 0x0000000080000001, 0x8000000080008081,
	0x8000000000008009, 0x000000000000008A, 0x0000000000000088,
	0x0000000080008009, 0x000000008000000A, 0x000000008000808B,
	0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800A,
	0x800000008000000A, 0x8000000080008081, 0x8000000000008080,
	0x0000000080000001, 0x8000000080008008};

/* By how much rho turns the lane x + 5 * y (3.2.2). */
static const unsigned char rotations[25] = {0, 1, 62, 28, 27, 36, 44, 6, 55, 20,
	3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14};

static inline uint64_t
rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (-n & 63);
}

/*
 * Keccak-f[1600] (3.3). The loops inside of a round have constant bounds:
 * unrolled, the lanes are locals.
 */
static __attribute__((noinline)) void
permute(uint64_t lanes[25])
{
	uint64_t a[25], b[25], c[5], d;
	int round, x, y;

	memcpy(a, lanes, sizeof a);
	for (round = 0; round < ROUNDS; round++) {
		/* theta */
#pragma clang loop unroll(full)
		for (x = 0; x < 5; x++) {
			c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^
			       a[x + 20];
		}
#pragma clang loop unroll(full)
		for (x = 0; x < 5; x++) {
			d = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
#pragma clang loop unroll(full)
			for (y = 0; y < 25; y += 5) {
				a[x + y] ^= d;
			}
		}

		/* rho and pi */
#pragma clang loop unroll(full)
		for (x = 0; x < 5; x++) {
#pragma clang loop unroll(full)
			for (y = 0; y < 5; y++) {
				b[y + 5 * ((2 * x + 3 * y) % 5)] = rotate(
					a[x + 5 * y], rotations[x + 5 * y]);
			}
		}

		/* chi */
#pragma clang loop unroll(full)
		for (y = 0; y < 25; y += 5) {
#pragma clang loop unroll(full)
			for (x = 0; x < 5; x++) {
				a[y + x] =
					b[y + x] ^ (~b[y + (x + 1) % 5] &
							   b[y + (x + 2) % 5]);
			}
		}

		/* iota */
		a[0] ^= round_constants[round];
	}
	memcpy(lanes, a, sizeof a);
}

/* see keccak.h */
SMALL void
keccak_init(keccak *k, const keccak_function *f)
{
	memset(k, 0, sizeof *k);
	k->rate = f->rate;
	k->suffix = f->suffix;
}

/* see keccak.h */
SMALL void
keccak_absorb(keccak *k, const void *data, size_t len)
{
	const unsigned char *in = data;
	unsigned char *state = (unsigned char *)k->lanes;

	while (len-- > 0) {
		state[k->at++] ^= *in++;
		if (k->at == k->rate) {
			permute(k->lanes);
			k->at = 0;
		}
	}
}

/* see keccak.h */
SMALL void
keccak_finish(keccak *k)
{
	unsigned char *state = (unsigned char *)k->lanes;

	state[k->at] ^= k->suffix;
	state[k->rate - 1] ^= 0x80;
	k->at = k->rate;
}

/* see keccak.h */
SMALL void
keccak_squeeze(keccak *k, void *out, size_t len)
{
	const unsigned char *state = (const unsigned char *)k->lanes;
	unsigned char *to = out;

	while (len-- > 0) {
		if (k->at == k->rate) {
			permute(k->lanes);
			k->at = 0;
		}
		*to++ = state[k->at++];
	}
}
