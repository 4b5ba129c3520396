#ifndef AES_CIRCUIT_H__
#define AES_CIRCUIT_H__

#include <wasm_simd128.h>

/*
 * The S-box of AES as a circuit, on eight vectors of bits, the lowest bit
 * first: Boyar's and Peralta's (https://eprint.iacr.org/2009/191.pdf).
 */

/* SubBytes but for AES_SBOX_CONSTANT. */
static inline void
sub_bytes(v128_t q[8])
{
	v128_t x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4];
	v128_t x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];

	/* Linear, on the way in. */
	v128_t y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5;
	v128_t t0 = x1 ^ x2, y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14;
	v128_t y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8, t1 = x4 ^ y12;
	v128_t y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0;
	v128_t y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8;
	v128_t y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;

	/* Inversion in GF(2^8), by way of GF(2^4) and GF(2^2). */
	v128_t t2 = y12 & y15, t4 = (y3 & y6) ^ t2, t6 = (y4 & x7) ^ t2;
	v128_t t7 = y13 & y16, t9 = (y5 & y1) ^ t7, t11 = (y2 & y7) ^ t7;
	v128_t t12 = y9 & y11, t14 = (y14 & y17) ^ t12;
	v128_t t16 = (y8 & y10) ^ t12;
	v128_t t21 = t4 ^ t14 ^ y20, t22 = t6 ^ t16 ^ y19;
	v128_t t23 = t9 ^ t14 ^ y21, t24 = t11 ^ t16 ^ y18;
	v128_t t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26;
	v128_t t29 = (t25 & t27) ^ t22;
	v128_t t33 = ((t22 ^ t26) & (t23 ^ t24)) ^ t24;
	v128_t t36 = t24 & (t27 ^ t33), t37 = t36 ^ t23 ^ t33;
	v128_t t40 = t25 ^ (t29 & (t27 ^ t36));
	v128_t t41 = t40 ^ t37, t42 = t29 ^ t33, t43 = t29 ^ t40;
	v128_t t44 = t33 ^ t37, t45 = t42 ^ t41;
	v128_t z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16;
	v128_t z4 = t40 & y1, z5 = t29 & y7, z6 = t42 & y11, z7 = t45 & y17;
	v128_t z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
	v128_t z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9;
	v128_t z16 = t45 & y14, z17 = t41 & y8;

	/* Linear, on the way out. */
	v128_t t46 = z15 ^ z16, t48 = z5 ^ z13, t53 = z0 ^ z3;
	v128_t t54 = z6 ^ z7, t57 = z2 ^ z12 ^ t53, t58 = z4 ^ t46;
	v128_t t59 = z3 ^ t54, t60 = t46 ^ t57, t62 = z7 ^ z8 ^ t58;
	v128_t t63 = z9 ^ z10 ^ t58, t64 = z4 ^ t59, t65 = z14 ^ t57 ^ t62;
	v128_t t66 = z1 ^ t63, s3 = t53 ^ t66;

	q[7] = t59 ^ t63;
	q[6] = t64 ^ s3;
	q[5] = z16 ^ z17 ^ t64 ^ t65;
	q[4] = s3;
	q[3] = z2 ^ z5 ^ t66;
	q[2] = z10 ^ z11 ^ t65;
	q[1] = z12 ^ t48 ^ t62;
	q[0] = t48 ^ t60;
}

/* The S-box's linear map, undone. */
static inline void
undo_linear(v128_t q[8])
{
	v128_t x[8];
	int i;

	for (i = 0; i < 8; i++) {
		x[i] = q[i];
	}
	for (i = 0; i < 8; i++) {
		q[i] = x[(i + 2) % 8] ^ x[(i + 5) % 8] ^ x[(i + 7) % 8];
	}
}

/*
 * InvSubBytes but for AES_SBOX_CONSTANT: the linear map is undone before the
 * inversion, and again after it.
 */
static inline void
inverse_sub_bytes(v128_t q[8])
{
	undo_linear(q);
	sub_bytes(q);
	undo_linear(q);
}

#endif
