/*
 * Modular inversion by division steps (Bernstein and Yang, "Fast
 * constant-time gcd computation and modular inversion", 2019), in the
 * variant that starts from delta = 1/2: for a modulus of 256 bits, 590
 * steps bring g to 0 whatever the input (P. Wuille's proof by computer).
 * Each step is the same handful of additions and masks; all of them cost
 * about a quarter of a power of 256 squarings, and need little code.
 */
#include "p256-limbs.h"

#define STEPS 590
#define BATCH P256_LIMB_BITS
#define BATCHES ((STEPS + BATCH - 1) / BATCH)

/* What a batch does to (f, g), times 2^29: rows (u, v) and (q, r). */
typedef struct {
	int64_t u, v, q, r;
} transition;

/* A row (u, v) in one integer: |u| and |v| are at most 2^29. */
static inline int64_t
row(int64_t u, int64_t v)
{
	return u + v * ((int64_t)1 << 32);
}

static inline void
open_row(int64_t *u, int64_t *v, int64_t packed)
{
	*u = (int32_t)packed;
	*v = (packed - *u) >> 32;
}

/*
 * A batch of steps on the lowest bits of f and g. zeta is -(delta + 1/2).
 * One step: if delta > 0 and g is odd, (delta, f, g) becomes (1 - delta,
 * g, (g - f)/2); otherwise (1 + delta, f, (g + (g mod 2) f)/2). Rows are
 * doubled where g would be halved.
 */
static int32_t
steps(transition *t, int32_t zeta, int32_t f, int32_t g)
{
	int64_t uv = row(1, 0), qr = row(0, 1);
	int i;

	for (i = 0; i < BATCH; i++) {
		int32_t positive = zeta >> 31;
		int32_t odd = -(g & 1);
		int64_t swap;

		g += ((f ^ positive) - positive) & odd;
		qr += ((uv ^ positive) - positive) & odd;
		positive &= odd;
		swap = positive;
		zeta = (zeta ^ positive) - 1;
		f += g & positive;
		uv += qr & swap;
		g >>= 1;
		uv *= 2;
	}
	open_row(&t->u, &t->v, uv);
	open_row(&t->q, &t->r, qr);
	return zeta;
}

/* (f, g) = t * (f, g) / 2^29, which divides exactly. */
static P256_SMALL void
update_fg(p256_int *f, p256_int *g, const transition *t)
{
	int64_t cf = t->u * f->v[0] + t->v * g->v[0];
	int64_t cg = t->q * f->v[0] + t->r * g->v[0];
	int i;

	for (i = 1; i < P256_LIMBS; i++) {
		cf = (cf >> P256_LIMB_BITS) + t->u * f->v[i] + t->v * g->v[i];
		cg = (cg >> P256_LIMB_BITS) + t->q * f->v[i] + t->r * g->v[i];
		f->v[i - 1] = (int32_t)(cf & P256_LIMB_MASK);
		g->v[i - 1] = (int32_t)(cg & P256_LIMB_MASK);
	}
	f->v[P256_LIMBS - 1] = (int32_t)(cf >> P256_LIMB_BITS);
	g->v[P256_LIMBS - 1] = (int32_t)(cg >> P256_LIMB_BITS);
}

/*
 * d = (u * d + v * e) / 2^29 modulo m. From -2m < d, e < m to the same:
 * what is negative is counted as if m had been added, and then the
 * multiple of m, between -2^29 and 0, that makes the division exact.
 */
static P256_SMALL void
update_row(p256_int *to, int64_t u, int64_t v, const p256_int *d,
	const p256_int *e, const p256_modulus *m)
{
	int64_t k = (u & (d->v[P256_LIMBS - 1] >> 31)) +
		    (v & (e->v[P256_LIMBS - 1] >> 31));
	int64_t c = u * d->v[0] + v * e->v[0];
	int i;

	k -= ((uint32_t)c * m->inverse + (uint32_t)k) & P256_LIMB_MASK;
	c += k * m->m.v[0];
	for (i = 1; i < P256_LIMBS; i++) {
		c = (c >> P256_LIMB_BITS) + u * d->v[i] + v * e->v[i] +
		    k * m->m.v[i];
		to->v[i - 1] = (int32_t)(c & P256_LIMB_MASK);
	}
	to->v[P256_LIMBS - 1] = (int32_t)(c >> P256_LIMB_BITS);
}

/* d = sign * d, brought from -2m < d < m to 0 <= d < m; sign is 0 or -1. */
static P256_SMALL void
finish(p256_int *d, int32_t sign, const p256_modulus *m)
{
	int pass, i;

	for (pass = 0; pass < 2; pass++) {
		int32_t add = d->v[P256_LIMBS - 1] >> 31, carry = 0;
		int32_t flip = pass == 0 ? sign : 0;

		for (i = 0; i < P256_LIMBS; i++) {
			int32_t x = d->v[i] + (m->m.v[i] & add);

			carry += (x ^ flip) - flip;
			d->v[i] = carry & P256_LIMB_MASK;
			carry >>= P256_LIMB_BITS;
		}
		d->v[P256_LIMBS - 1] += carry * (P256_LIMB_MASK + 1);
	}
}

/* see p256-limbs.h */
P256_SMALL void
p256_int_invert(p256_int *x, const p256_modulus *m)
{
	p256_int f = m->m, g = *x, d = {{0}}, e = {{1}}, next;
	int32_t zeta = -1;
	int i;

	for (i = 0; i < BATCHES; i++) {
		transition t;

		zeta = steps(&t, zeta, f.v[0], g.v[0]);
		update_row(&next, t.u, t.v, &d, &e, m);
		update_row(&e, t.q, t.r, &d, &e, m);
		d = next;
		update_fg(&f, &g, &t);
	}
	finish(&d, f.v[P256_LIMBS - 1] >> 31, m);
	*x = d;
}
