#include <string.h>
#include <wasm_simd128.h>
#include "p256-point.h"

static const p256_fe curve_b = {{0x1897BBFB, 0x1CDF6229, 0x018486C4, 0x01732821,
	0x1DAD59E0, 0x0ABF7212, 0x1A06D110, 0x17721D20, 0x008600C3}};

/*
 * see p256-point.h
 *
 * With t = (x - z^2)(x + z^2), a third of the tangent's slope:
 *   x' = 9 t^2 - 8 x y^2
 *   y' = 3 t (4 x y^2 - x') - 8 y^4
 *   z' = 2 y z
 */
void
p256_point_double(p256_point *P)
{
	p256_fe t, u, beta, gamma;

	p256_square(&u, &P->z);
	p256_sub(&t, &P->x, &u);
	p256_add(&u, &P->x, &u);
	p256_mul(&t, &t, &u);
	p256_square(&gamma, &P->y);
	p256_mul(&beta, &P->x, &gamma);
	p256_mul(&u, &P->y, &P->z);
	p256_add(&P->z, &u, &u);
	p256_square(&u, &t);
	p256_combine(&P->x, 9, &u, -8, &beta);
	p256_add(&beta, &beta, &beta);
	p256_add(&beta, &beta, &beta);
	p256_sub(&beta, &beta, &P->x);
	p256_mul(&u, &t, &beta);
	p256_square(&gamma, &gamma);
	p256_combine(&P->y, 3, &u, -8, &gamma);
}

/*
 * see p256-point.h
 *
 * With h = x2 z1^2 - x1 and r = y2 z1^3 - y1:
 *   x' = r^2 - h^3 - 2 x1 h^2
 *   y' = r (x1 h^2 - x') - y1 h^3
 *   z' = z1 h
 */
void
p256_point_add(p256_point *P, const p256_affine *Q)
{
	p256_fe h, r, t, v;

	p256_square(&t, &P->z);
	p256_mul(&h, &Q->x, &t);
	p256_sub(&h, &h, &P->x);
	p256_mul(&t, &t, &P->z);
	p256_mul(&r, &Q->y, &t);
	p256_sub(&r, &r, &P->y);
	p256_mul(&P->z, &P->z, &h);
	p256_square(&t, &h);
	p256_mul(&v, &P->x, &t);
	p256_mul(&h, &h, &t);
	p256_square(&t, &r);
	p256_sub(&t, &t, &h);
	p256_combine(&P->x, 1, &t, -2, &v);
	p256_sub(&v, &v, &P->x);
	p256_mul(&v, &v, &r);
	p256_mul(&h, &h, &P->y);
	p256_sub(&P->y, &v, &h);
}

/* see p256-point.h */
void
p256_point_select(p256_point *P, const p256_point *Q, uint32_t ctl)
{
	p256_int_select(&P->x, &Q->x, ctl);
	p256_int_select(&P->y, &Q->y, ctl);
	p256_int_select(&P->z, &Q->z, ctl);
}

/* see p256-point.h */
void
p256_point_add_any(p256_point *P, const p256_affine *Q)
{
	p256_point same, twice;
	p256_fe t, h, r;
	uint32_t infinity = p256_is_zero(&P->z), equal;

	p256_combine(&same.x, 1, &Q->x, 0, &Q->x);
	same.y = Q->y;
	same.z = p256_one;
	twice = same;
	p256_point_double(&twice);

	p256_square(&t, &P->z);
	p256_mul(&h, &Q->x, &t);
	p256_sub(&h, &h, &P->x);
	p256_mul(&t, &t, &P->z);
	p256_mul(&r, &Q->y, &t);
	p256_sub(&r, &r, &P->y);
	equal = p256_is_zero(&h) & p256_is_zero(&r);

	p256_point_add(P, Q);
	p256_point_select(P, &twice, equal);
	p256_point_select(P, &same, infinity);
}

/* see p256-point.h */
void
p256_point_to_affine(p256_affine *Q, const p256_point *P)
{
	p256_fe inverse, square;

	p256_invert(&inverse, &P->z);
	p256_square(&square, &inverse);
	p256_mul(&Q->x, &P->x, &square);
	p256_mul(&square, &square, &inverse);
	p256_mul(&Q->y, &P->y, &square);
}

/*
 * see p256-point.h
 *
 * An entry is four vectors of 16 bytes, and 8 bytes.
 */
void
p256_affine_lookup(
	p256_affine *Q, const p256_affine *table, uint32_t len, uint32_t index)
{
	v128_t a, b, c, d;
	uint64_t e = 0;
	uint32_t u;

	a = b = c = d = wasm_i32x4_const_splat(0);
	for (u = 0; u < len; u++) {
		const unsigned char *at = (const unsigned char *)&table[u];
		uint32_t other = u ^ index;
		uint64_t last;
		int64_t mask = ((int64_t)other - 1) >> 63;
		v128_t wide = wasm_i64x2_splat(mask);

		memcpy(&last, at + 64, sizeof last);
		a |= wide & wasm_v128_load(at);
		b |= wide & wasm_v128_load(at + 16);
		c |= wide & wasm_v128_load(at + 32);
		d |= wide & wasm_v128_load(at + 48);
		e |= (uint64_t)mask & last;
	}
	wasm_v128_store((unsigned char *)Q, a);
	wasm_v128_store((unsigned char *)Q + 16, b);
	wasm_v128_store((unsigned char *)Q + 32, c);
	wasm_v128_store((unsigned char *)Q + 48, d);
	memcpy((unsigned char *)Q + 64, &e, sizeof e);
}

/* see p256-point.h */
uint32_t
p256_affine_decode(p256_affine *Q, const unsigned char *src)
{
	p256_fe left, right;
	uint32_t good = p256_decode(&Q->x, src + 1);

	good &= p256_decode(&Q->y, src + 1 + P256_BYTES);

	/* y^2 = x^3 - 3 x + b */
	p256_square(&right, &Q->x);
	p256_mul(&right, &right, &Q->x);
	p256_combine(&right, 1, &right, -3, &Q->x);
	p256_add(&right, &right, &curve_b);
	p256_square(&left, &Q->y);
	p256_sub(&left, &left, &right);
	good &= p256_is_zero(&left);
	return good & ((((uint32_t)src[0] ^ 0x04) - 1) >> 31);
}

/* see p256-point.h */
P256_SMALL void
p256_point_encode(unsigned char *dst, const p256_point *P)
{
	p256_affine Q;

	p256_point_to_affine(&Q, P);
	dst[0] = 0x04;
	p256_encode(dst + 1, &Q.x);
	p256_encode(dst + 1 + P256_BYTES, &Q.y);
}
