#include <string.h>
#include "montgomery-pair.h"

#define ADD wasm_f64x2_add
#define MUL wasm_f64x2_mul
#define SUB wasm_f64x2_sub

/* The columns of a product. */
typedef v128_t columns[2 * PAIR_MAX_LIMBS];

/* The part of x above a limb; adding and subtracting rounds. */
static inline v128_t
high(const pair_modulus *m, v128_t x)
{
	return SUB(ADD(x, m->rounder), m->rounder);
}

/*
 * One column takes four products with y, or rather its share of those with
 * y and with the three limbs before: s0, s1 and s2 are what these left for
 * this column and the next two.
 */
#define COLUMN(c, y) \
	do { \
		v128_t limb = (y); \
		(c) = ADD(c, ADD(s0, MUL(x0, limb))); \
		s0 = ADD(s1, MUL(x1, limb)); \
		s1 = ADD(s2, MUL(x2, limb)); \
		s2 = MUL(x3, limb); \
	} while (0)

/* c += x * y, for PAIR_BLOCK limbs of x and `count` of y. */
static inline void
add_rows(v128_t *c, const v128_t *x, const v128_t *y, int count)
{
	v128_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
	v128_t s0 = wasm_f64x2_splat(0), s1 = s0, s2 = s0;
	int i;

	for (i = 0; i < count; i += PAIR_BLOCK) {
		COLUMN(c[i], y[i]);
		COLUMN(c[i + 1], y[i + 1]);
		COLUMN(c[i + 2], y[i + 2]);
		COLUMN(c[i + 3], y[i + 3]);
	}
	c[count] = ADD(c[count], s0);
	c[count + 1] = ADD(c[count + 1], s1);
	c[count + 2] = ADD(c[count + 2], s2);
}

/*
 * The next limbs of the quotient: with them, these four columns become a
 * carry to the next one, which is returned. (n[0] is -1: a column minus
 * its lower part is its upper part.)
 */
static inline v128_t
quotient(const pair_modulus *m, v128_t q[PAIR_BLOCK], const v128_t *c)
{
	const v128_t *n = m->n;
	v128_t h, column;

	h = high(m, c[0]);
	q[0] = SUB(c[0], h);
	column = ADD(ADD(c[1], MUL(h, m->scale)), MUL(q[0], n[1]));
	h = high(m, column);
	q[1] = SUB(column, h);
	column = ADD(ADD(c[2], MUL(q[0], n[2])), MUL(h, m->scale));
	column = ADD(column, MUL(q[1], n[1]));
	h = high(m, column);
	q[2] = SUB(column, h);
	column = ADD(ADD(c[3], MUL(q[0], n[3])), MUL(q[1], n[2]));
	column = ADD(ADD(column, MUL(h, m->scale)), MUL(q[2], n[1]));
	h = high(m, column);
	q[3] = SUB(column, h);
	return MUL(h, m->scale);
}

/*
 * Adds quotient * n, from the fifth column on (what is below is zero then).
 * As soon as the next four are complete, the next quotient is begun: it is a
 * long chain, and the rest of the row doesn't wait for it.
 */
static inline v128_t
reduce_rows(
	const pair_modulus *m, v128_t *c, v128_t q[PAIR_BLOCK], v128_t carry)
{
	const v128_t *n = m->n;
	v128_t x0 = q[0], x1 = q[1], x2 = q[2], x3 = q[3], s0, s1, s2;
	int i;

	s0 = ADD(ADD(MUL(x1, n[3]), MUL(x2, n[2])), MUL(x3, n[1]));
	s0 = ADD(s0, carry);
	s1 = ADD(MUL(x2, n[3]), MUL(x3, n[2]));
	s2 = MUL(x3, n[3]);
	COLUMN(c[4], n[4]);
	COLUMN(c[5], n[5]);
	COLUMN(c[6], n[6]);
	COLUMN(c[7], n[7]);
	carry = quotient(m, q, c + 4);
	for (i = 8; i < m->limbs; i += PAIR_BLOCK) {
		COLUMN(c[i], n[i]);
		COLUMN(c[i + 1], n[i + 1]);
		COLUMN(c[i + 2], n[i + 2]);
		COLUMN(c[i + 3], n[i + 3]);
	}
	c[i] = ADD(c[i], s0);
	c[i + 1] = ADD(c[i + 1], s1);
	c[i + 2] = ADD(c[i + 2], s2);
	return carry;
}

/*
 * x = c, with limbs that are short again. Carrying twice is enough: what a
 * column passes on has less than 2^30, then less than 2^7.
 */
static void
settle(const pair_modulus *m, v128_t *x, const v128_t *c)
{
	v128_t first = wasm_f64x2_splat(0), second = first, h, column;
	int i;

	for (i = 0; i < m->limbs - 1; i++) {
		h = high(m, c[i]);
		column = ADD(SUB(c[i], h), first);
		first = MUL(h, m->scale);
		h = high(m, column);
		x[i] = ADD(SUB(column, h), second);
		second = MUL(h, m->scale);
	}
	x[i] = ADD(ADD(c[i], first), second);
}

/* x = c / R */
static void
reduce(const pair_modulus *m, v128_t *x, v128_t *c)
{
	v128_t q[PAIR_BLOCK], carry = quotient(m, q, c);
	int i;

	for (i = 0; i < m->limbs; i += PAIR_BLOCK) {
		carry = reduce_rows(m, c + i, q, carry);
	}
	settle(m, x, c + m->limbs);
}

/* see montgomery-pair.h */
void
pair_multiply(
	const pair_modulus *m, pair_int x, const pair_int a, const pair_int b)
{
	columns c;
	int i;

	memset(c, 0, 2 * (size_t)m->limbs * sizeof *c);
	for (i = 0; i < m->limbs; i += PAIR_BLOCK) {
		add_rows(c + i, a + i, b, m->limbs);
	}
	reduce(m, x, c);
}

/* The product of four limbs with themselves. */
static inline void
add_square(v128_t *c, const v128_t *a, const v128_t *twice)
{
	c[0] = ADD(c[0], MUL(a[0], a[0]));
	c[1] = ADD(c[1], MUL(twice[0], a[1]));
	c[2] = ADD(c[2], ADD(MUL(twice[0], a[2]), MUL(a[1], a[1])));
	c[3] = ADD(c[3], ADD(MUL(twice[0], a[3]), MUL(twice[1], a[2])));
	c[4] = ADD(c[4], ADD(MUL(twice[1], a[3]), MUL(a[2], a[2])));
	c[5] = ADD(c[5], MUL(twice[2], a[3]));
	c[6] = ADD(c[6], MUL(a[3], a[3]));
}

/* see montgomery-pair.h */
void
pair_square(const pair_modulus *m, pair_int x, const pair_int a)
{
	columns c;
	v128_t twice[PAIR_BLOCK];
	int i, j;

	memset(c, 0, 2 * (size_t)m->limbs * sizeof *c);
	for (i = 0; i < m->limbs; i += PAIR_BLOCK) {
		for (j = 0; j < PAIR_BLOCK; j++) {
			twice[j] = ADD(a[i + j], a[i + j]);
		}
		add_square(c + 2 * i, a + i, twice);
		j = i + PAIR_BLOCK;
		add_rows(c + i + j, twice, a + j, m->limbs - j);
	}
	reduce(m, x, c);
}
