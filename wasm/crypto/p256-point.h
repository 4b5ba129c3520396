/*
 * Points of P-256.
 */
#ifndef P256_POINT_H__
#define P256_POINT_H__

#include "p256-field.h"

/* (x, y); never the point at infinity. Limbs up to 2^29. */
typedef struct {
	p256_fe x, y;
} p256_affine;

/*
 * (x / z^2, y / z^3); infinity if z is 0. Limbs up to 2^28 in x, 2^29 in
 * y and z: the factors A of p256-field.h are 1, 2 and 2.
 */
typedef struct {
	p256_fe x, y, z;
} p256_point;

/* P = 2 * P */
void
p256_point_double(p256_point *P);

/* P = P + Q, for P other than infinity, Q and -Q. (-Q gives infinity.) */
void
p256_point_add(p256_point *P, const p256_affine *Q);

/* P = P + Q, for any P. */
void
p256_point_add_any(p256_point *P, const p256_affine *Q);

/* The affine coordinates; (0, 0) for infinity. */
void
p256_point_to_affine(p256_affine *Q, const p256_point *P);

/* P = Q if ctl is 1, unchanged if it is 0. */
void
p256_point_select(p256_point *P, const p256_point *Q, uint32_t ctl);

/* Q = -Q if ctl is 1, unchanged if it is 0. */
static inline void
p256_affine_negate(p256_affine *Q, uint32_t ctl)
{
	p256_negate(&Q->y, ctl);
}

/* Q = table[index], reading all `len` entries. */
void
p256_affine_lookup(
	p256_affine *Q, const p256_affine *table, uint32_t len, uint32_t index);

/*
 * From 65 bytes, uncompressed. Returns 0 unless they are a point of the
 * curve; Q is then something to compute with all the same.
 */
uint32_t
p256_affine_decode(p256_affine *Q, const unsigned char *src);

/* To 65 bytes, uncompressed; infinity as (0, 0). */
void
p256_point_encode(unsigned char *dst, const p256_point *P);

#endif
