/*
 * Integers of up to 261 bits, and what both moduli of P-256 have in common:
 * the field's p and the order n of the group.
 *
 * Everything here and in the other p256-*.c files is constant time: loops
 * have fixed bounds, no branch and no address depends on a value, choices
 * are made with masks, and WebAssembly's additions, shifts and integer
 * multiplications take the same time whatever their operands. (There is no
 * division.) What is exempt, because it is public, says so.
 */
#ifndef P256_LIMBS_H__
#define P256_LIMBS_H__

#include <stddef.h>
#include <stdint.h>

#define P256_BYTES 32
#define P256_LIMBS 9
#define P256_LIMB_BITS 29
#define P256_LIMB_MASK 0x1FFFFFFF

/*
 * A process makes a handful of operations, with code that was compiled the
 * moment before: the time of a function that runs once is its length. Such
 * functions are SMALL, their loops ROLLED; what a multiple repeats is not.
 */
#define P256_SMALL __attribute__((minsize))
#define P256_ROLLED _Pragma("clang loop unroll(disable) vectorize(disable)")
#define P256_INLINE inline __attribute__((always_inline))

/*
 * Sum of v[i] * 2^(29*i). Nine products of two limbs fit in an int64_t with
 * room to spare, so that sums need no carries before a multiplication.
 * Canonical: 0 <= v[i] < 2^29, and the whole below the modulus. Elsewhere
 * limbs are signed.
 */
typedef struct {
	int32_t v[P256_LIMBS];
} p256_int;

/* An odd modulus of 256 bits, and its inverse modulo 2^29. */
typedef struct {
	p256_int m;
	uint32_t inverse;
} p256_modulus;

extern const p256_modulus p256_p, p256_n;

/* From 32 bytes, big-endian. Limbs 0 <= v[i] < 2^29, not reduced. */
void
p256_int_decode(p256_int *d, const unsigned char *src);

/* To 32 bytes, big-endian, from limbs 0 <= v[i] < 2^29 below 2^256. */
void
p256_int_encode(unsigned char *dst, const p256_int *a);

/*
 * Subtract m from d if d >= m. Returns 1 if it was so, else 0. The limbs
 * of d are 0 <= v[i] < 2^29.
 */
uint32_t
p256_int_reduce(p256_int *d, const p256_modulus *m);

/* d = m - a, with 0 <= a <= m. */
void
p256_int_complement(p256_int *d, const p256_int *a, const p256_modulus *m);

/* d = a if ctl is 1, unchanged if it is 0. */
static inline void
p256_int_select(p256_int *d, const p256_int *a, uint32_t ctl)
{
	int32_t mask = -(int32_t)ctl;
	int i;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		d->v[i] ^= mask & (d->v[i] ^ a->v[i]);
	}
}

/* 1 if every limb is zero, else 0. */
uint32_t
p256_int_is_zero(const p256_int *a);

/* d = 1/d modulo m, for a canonical d; 0 stays 0. See p256-invert.c. */
void
p256_int_invert(p256_int *d, const p256_modulus *m);

#endif
