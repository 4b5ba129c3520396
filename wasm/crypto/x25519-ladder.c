/*
 * The Montgomery ladder (RFC 7748, section 5), with one selection a bit in
 * place of a swap: where the two points are swapped, DA + CB stays, and DA -
 * CB, which is squared, changes its sign; only what is doubled differs.
 */
#include "x25519-multiply.h"
#include "wipe.h"

/* (486662 - 2) / 4 */
#define A24 121665

#define BITS 255

/* RFC 7748's names, but for the sum and the difference of what is doubled. */
typedef struct {
	f25519 x2, z2, x3, z3, a, b, c, d, sum, difference;
} step;

/*
 * Vector by vector, all at once: what is written and read again costs a
 * fifteenth of the whole.
 */
static inline void
begin(step *s, uint32_t swap)
{
	v128_t mask = wasm_i64x2_splat(-(int64_t)swap);
	int i;

	for (i = 0; i < F25519_VECTORS; i++) {
		v128_t p = f25519_p_limbs.w[i];
		v128_t x2 = s->x2.w[i], z2 = s->z2.w[i];
		v128_t x3 = s->x3.w[i], z3 = s->z3.w[i];
		v128_t a = wasm_i64x2_sub(wasm_i64x2_add(x2, z2), p);
		v128_t b = wasm_i64x2_sub(x2, z2);
		v128_t c = wasm_i64x2_sub(wasm_i64x2_add(x3, z3), p);
		v128_t d = wasm_i64x2_sub(x3, z3);

		s->a.w[i] = a;
		s->b.w[i] = b;
		s->c.w[i] = c;
		s->d.w[i] = d;
		s->sum.w[i] = wasm_v128_bitselect(c, a, mask);
		s->difference.w[i] = wasm_v128_bitselect(d, b, mask);
	}
}

/* see x25519-multiply.h */
void
x25519_ladder(
	unsigned char *dst, const unsigned char *k, const unsigned char *point)
{
	step s = {.x2 = {{1}}, .z3 = {{1}}};
	f25519 x1, e, t;
	uint32_t bit, last = 0;
	int i;

	f25519_decode(&x1, point);
	s.x3 = x1;
	for (i = BITS - 1; i >= 0; i--) {
		bit = (uint32_t)k[i >> 3] >> (i & 7) & 1;
		begin(&s, bit ^ last);
		last = bit;

		/* In this order: another one was up to 5% slower. */
		f25519_square(&s.sum, &s.sum);
		f25519_square(&s.difference, &s.difference);
		f25519_sub(&e, &s.sum, &s.difference);
		f25519_mul(&s.d, &s.d, &s.a);
		f25519_mul(&s.c, &s.c, &s.b);
		f25519_combine(&t, &s.sum, A24, &e);
		f25519_add(&s.a, &s.d, &s.c);
		f25519_sub(&s.b, &s.d, &s.c);
		f25519_mul(&s.x2, &s.sum, &s.difference);
		f25519_square(&s.b, &s.b);
		f25519_mul(&s.z2, &e, &t);
		f25519_square(&s.x3, &s.a);
		f25519_mul(&s.z3, &s.b, &x1);
	}
	/* Bit 0 of k is 0: nothing is swapped at the end. */
	f25519_encode_quotient(dst, &s.x2, &s.z2);
	wipe(&s, sizeof s);
	wipe(&e, sizeof e);
	wipe(&t, sizeof t);
}
