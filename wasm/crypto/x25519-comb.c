/*
 * k * 9 by way of edwards25519, with a comb like that of p256-comb.c: 25
 * doublings and 52 additions of table entries, in place of a ladder's 255
 * steps.
 *
 * The formulas (H. Hisil, K. K. Wong, G. Carter, E. Dawson, "Twisted Edwards
 * curves revisited", 2008, for a = -1) have no exceptions: d is no square.
 */
#include <string.h>
#include "x25519-comb-table.h"
#include "x25519-multiply.h"
#include "wipe.h"

#define SIGN_BYTES ((X25519_SIGNS + 7) / 8)
#define VECTORS (X25519_ENTRY_BYTES / 16)

/* (x/z, y/z), with t = x y / z */
typedef struct {
	f25519 x, y, z, t;
} point;

/* What is added: (y + x)/2, (y - x)/2 and d x y. */
typedef struct {
	f25519 plus, minus, dxy;
} addend;

/* The order of B, an odd number, little-endian */
static const unsigned char order[F25519_BYTES] = {0xED, 0xD3, 0xF5, 0x5C, 0x1A,
	0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10};

/*
 * A sum of +-2^i, where bit i of the signs says which. It is odd, and k isn't:
 * it is k + order that is written so, which has 256 bits at most. With all
 * signs set, the sum is 2^n - 1; each one that isn't takes away twice its power.
 * So the bits are those of (k + order + 2^n - 1) / 2.
 */
static P256_SMALL void
make_signs(unsigned char *signs, const unsigned char *k)
{
	uint32_t carry = 0;
	int i;

	memset(signs, 0, SIGN_BYTES);
	P256_ROLLED
	for (i = 0; i < F25519_BYTES; i++) {
		carry += (uint32_t)k[i] + order[i];
		signs[i] = (unsigned char)carry;
		carry >>= 8;
	}
	P256_ROLLED
	for (i = 0; i < F25519_BYTES; i++) {
		signs[i] = (unsigned char)((uint32_t)signs[i] >> 1 |
					   (uint32_t)signs[i + 1] << 7);
	}
	signs[(X25519_SIGNS - 1) / 8] |= 1 << (X25519_SIGNS - 1) % 8;
}

/* Calls in place of copies: five vectors each make long code. */
static __attribute__((noinline)) void
subtract(f25519 *d, const f25519 *a, const f25519 *b)
{
	f25519_sub(d, a, b);
}

static __attribute__((noinline)) void
take_if(f25519 *d, const f25519 *a, uint32_t ctl)
{
	f25519_select(d, a, ctl);
}

/* All products of two of four are a point's coordinates. */
static P256_SMALL void
finish(point *P, const f25519 *e, const f25519 *f, const f25519 *g,
	const f25519 *h)
{
	f25519_mul(&P->x, e, f);
	f25519_mul(&P->y, g, h);
	f25519_mul(&P->z, f, g);
	f25519_mul(&P->t, e, h);
}

static P256_SMALL void
twice(point *P)
{
	f25519 e, f, g, h, b;

	f25519_square(&g, &P->x);
	f25519_square(&b, &P->y);
	f25519_add(&e, &P->x, &P->y);
	f25519_square(&e, &e);
	f25519_square(&f, &P->z);
	f25519_add(&h, &g, &b);
	subtract(&g, &g, &b);
	subtract(&e, &h, &e);
	f25519_combine(&f, &g, 2, &f);
	finish(P, &e, &f, &g, &h);
}

static P256_SMALL void
add(point *P, const addend *Q)
{
	f25519 a, b, c, e, f, g, h;

	subtract(&a, &P->y, &P->x);
	f25519_mul(&a, &a, &Q->minus);
	f25519_add(&b, &P->y, &P->x);
	f25519_mul(&b, &b, &Q->plus);
	f25519_mul(&c, &P->t, &Q->dxy);
	subtract(&e, &b, &a);
	subtract(&f, &P->z, &c);
	f25519_add(&g, &P->z, &c);
	f25519_add(&h, &b, &a);
	finish(P, &e, &f, &g, &h);
}

/* -(x, y) is (-x, y). */
static P256_SMALL void
negate(addend *Q, uint32_t ctl)
{
	static const f25519 zero = {{0}};
	f25519 other = Q->plus;

	take_if(&Q->plus, &Q->minus, ctl);
	take_if(&Q->minus, &other, ctl);
	subtract(&other, &zero, &Q->dxy);
	take_if(&Q->dxy, &other, ctl);
}

/*
 * The entry by its signs, those of the teeth, of which the highest says whether
 * it is negated. The whole table is read.
 */
static void
look_up(addend *Q,
	const unsigned char table[X25519_ENTRIES][X25519_ENTRY_BYTES],
	uint32_t teeth)
{
	union {
		unsigned char bytes[X25519_ENTRY_BYTES];
		v128_t w[VECTORS];
	} entry = {{0}};
	uint32_t negative = (teeth >> (X25519_TEETH - 1)) ^ 1;
	uint32_t index = (teeth ^ -negative) & (X25519_ENTRIES - 1);
	uint32_t u;
	int i;

	P256_ROLLED
	for (u = 0; u < X25519_ENTRIES; u++) {
		v128_t mask =
			wasm_i64x2_splat(((int64_t)(u ^ index) - 1) >> 63);

		for (i = 0; i < VECTORS; i++) {
			entry.w[i] |= mask & wasm_v128_load(table[u] + 16 * i);
		}
	}
	f25519_decode(&Q->plus, entry.bytes);
	f25519_decode(&Q->minus, entry.bytes + F25519_BYTES);
	f25519_decode(&Q->dxy, entry.bytes + 2 * F25519_BYTES);
	negate(Q, negative);
}

/* see x25519-multiply.h */
P256_SMALL void
x25519_comb(unsigned char *dst, const unsigned char *k)
{
	unsigned char signs[SIGN_BYTES];
	point P = {{{0}}, {{1}}, {{1}}, {{0}}};
	int column, block, tooth;

	make_signs(signs, k);
	for (column = X25519_COLUMNS - 1; column >= 0; column--) {
		if (column < X25519_COLUMNS - 1) {
			twice(&P);
		}
		for (block = 0; block < X25519_BLOCKS; block++) {
			uint32_t teeth = 0;
			addend Q;

			for (tooth = X25519_TEETH - 1; tooth >= 0; tooth--) {
				int at =
					column +
					X25519_COLUMNS *
						(block + X25519_BLOCKS * tooth);

				teeth = teeth << 1 |
					((uint32_t)signs[at >> 3] >> (at & 7) &
						1);
			}
			look_up(&Q, x25519_comb_table[block], teeth);
			add(&P, &Q);
		}
	}
	wipe(signs, sizeof signs);

	/* u = (z + y)/(z - y) on Curve25519 */
	f25519_add(&P.x, &P.z, &P.y);
	f25519_combine(&P.z, &P.z, -1, &P.y);
	f25519_encode_quotient(dst, &P.x, &P.z);
}
