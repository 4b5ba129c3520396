/*
 * k * Q with windows of four signs: 252 doublings, 63 additions, and a
 * table of eight odd multiples of Q.
 */
#include "p256-multiply.h"
#include "p256-signs.h"

#define WINDOW 4
#define WINDOWS 64
#define ENTRIES 8

/*
 * table[i] = (2 i + 1) * Q, all affine, with one inversion.
 *
 * 2 * Q = (x, y, z) is affine on the curve that is the image of ours under
 * (X, Y) -> (X z^2, Y z^3). The formulas of the addition hold there, too,
 * so every 2 * Q that is added is an affine one. Coming back multiplies the
 * sum's z by that of 2 * Q.
 */
static P256_SMALL void
fill(p256_affine table[ENTRIES], const p256_affine *Q)
{
	p256_point sum[ENTRIES], twice;
	p256_affine step;
	p256_fe before[ENTRIES], t, u;
	int i;

	p256_combine(&twice.x, 1, &Q->x, 0, &Q->x);
	twice.y = Q->y;
	twice.z = p256_one;
	p256_point_double(&twice);
	step.x = twice.x;
	step.y = twice.y;

	p256_square(&t, &twice.z);
	p256_mul(&sum[0].x, &Q->x, &t);
	p256_mul(&t, &t, &twice.z);
	p256_mul(&sum[0].y, &Q->y, &t);
	sum[0].z = p256_one;
	before[0] = p256_one;
	for (i = 1; i < ENTRIES; i++) {
		sum[i] = sum[i - 1];
		p256_point_add(&sum[i], &step);
		p256_mul(&before[i], &before[i - 1], &sum[i].z);
	}

	/* t = 1 / (z of sum[i] and of all before it, and of 2 * Q) */
	p256_mul(&t, &before[ENTRIES - 1], &twice.z);
	p256_invert(&t, &t);
	for (i = ENTRIES - 1; i > 0; i--) {
		p256_fe inverse;

		p256_mul(&inverse, &t, &before[i - 1]);
		p256_mul(&t, &t, &sum[i].z);
		p256_square(&u, &inverse);
		p256_mul(&table[i].x, &sum[i].x, &u);
		p256_mul(&u, &u, &inverse);
		p256_mul(&table[i].y, &sum[i].y, &u);
	}
	table[0] = *Q;
}

/*
 * see p256-multiply.h
 *
 * As integers, the sum is a multiple of 16 before an addition, and what is
 * added is less: they are not equal, nor opposite. Modulo n they can be, in
 * the last addition only, because the sum is less than 2^252 before.
 */
P256_SMALL void
p256_multiply(p256_point *P, const p256_affine *Q, const p256_int *k)
{
	p256_affine table[ENTRIES], T;
	p256_signs s;
	uint32_t negative = p256_signs_of(&s, k, WINDOW * WINDOWS);
	int i, j;

	fill(table, Q);
	for (i = WINDOWS - 1; i >= 0; i--) {
		uint32_t index = p256_signs_at(&s, WINDOW * i, WINDOW);
		uint32_t sign = (index >> (WINDOW - 1)) ^ 1;

		index = (index ^ -sign) & (ENTRIES - 1);
		p256_affine_lookup(&T, table, ENTRIES, index);
		p256_affine_negate(&T, sign ^ negative);
		if (i == WINDOWS - 1) {
			p256_combine(&P->x, 1, &T.x, 0, &T.x);
			P->y = T.y;
			P->z = p256_one;
			continue;
		}
		for (j = 0; j < WINDOW; j++) {
			p256_point_double(P);
		}
		if (i > 0) {
			p256_point_add(P, &T);
		} else {
			p256_point_add_any(P, &T);
		}
	}
}
