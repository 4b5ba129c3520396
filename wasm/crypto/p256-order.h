/*
 * Arithmetic modulo n, the order of P-256's group: what a signature needs.
 */
#ifndef P256_ORDER_H__
#define P256_ORDER_H__

#include "p256-limbs.h"

/* d = a * b modulo n, all canonical. */
void
p256_order_multiply(p256_int *d, const p256_int *a, const p256_int *b);

/* d = a + b modulo n, all canonical. */
void
p256_order_add(p256_int *d, const p256_int *a, const p256_int *b);

/*
 * From up to 32 bytes, big-endian. Returns 0, with d reduced, for n or
 * more; the length is public.
 */
uint32_t
p256_order_decode(p256_int *d, const unsigned char *src, size_t len);

#endif
