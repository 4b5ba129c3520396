#include <string.h>
#include "p256-order.h"

/* 2^522 modulo n */
static const p256_int r2 = {{0x148D9EF5, 0x0F4E7F75, 0x14C6A651, 0x03F8B765,
	0x165861F1, 0x1256D7D8, 0x1C185B23, 0x0D4CAB0F, 0x0084B655}};

/* Carries; from limbs below 2^63 and a value below 2 * n to canonical. */
static P256_SMALL void
settle(p256_int *d, const uint64_t *t)
{
	uint64_t carry = 0;
	int i;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		carry += t[i];
		d->v[i] = (int32_t)(carry & P256_LIMB_MASK);
		carry >>= P256_LIMB_BITS;
	}
	p256_int_reduce(d, &p256_n);
}

/*
 * Montgomery's product, a * b / 2^261 modulo n. No limb of the sum passes
 * 2 * 9 * 2^58, plus a carry.
 */
static __attribute__((minsize, noinline)) void
multiply(p256_int *d, const p256_int *a, const p256_int *b)
{
	uint64_t t[P256_LIMBS] = {0};
	int i, j;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		uint64_t f = (uint64_t)a->v[i], g, low;

		low = t[0] + f * (uint64_t)b->v[0];
		g = (-low * p256_n.inverse) & P256_LIMB_MASK;
		low += g * (uint64_t)p256_n.m.v[0];
		P256_ROLLED
		for (j = 1; j < P256_LIMBS; j++) {
			t[j - 1] = t[j] + f * (uint64_t)b->v[j] +
				   g * (uint64_t)p256_n.m.v[j];
		}
		t[P256_LIMBS - 1] = 0;
		t[0] += low >> P256_LIMB_BITS;
	}
	settle(d, t);
}

/* see p256-order.h */
void
p256_order_multiply(p256_int *d, const p256_int *a, const p256_int *b)
{
	p256_int form;

	multiply(&form, a, &r2);
	multiply(d, &form, b);
}

/* see p256-order.h */
P256_SMALL void
p256_order_add(p256_int *d, const p256_int *a, const p256_int *b)
{
	uint64_t t[P256_LIMBS];
	int i;

	P256_ROLLED
	for (i = 0; i < P256_LIMBS; i++) {
		t[i] = (uint64_t)a->v[i] + (uint64_t)b->v[i];
	}
	settle(d, t);
}

/* see p256-order.h */
P256_SMALL uint32_t
p256_order_decode(p256_int *d, const unsigned char *src, size_t len)
{
	unsigned char padded[P256_BYTES] = {0};

	memcpy(padded + P256_BYTES - len, src, len);
	p256_int_decode(d, padded);
	return p256_int_reduce(d, &p256_n) ^ 1;
}
