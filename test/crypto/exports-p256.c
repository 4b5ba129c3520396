/*
 * The field of P-256: a combination of the elements (nine 32-bit limbs) at 0
 * and at 64 of `data`, to 128.
 */
#include <string.h>
#include "crypto/p256-field.h"
#include "export.h"
#include "buffers.h"

EXPORT(p256_combine)
void
combine(int j, int k)
{
	p256_fe a, b, d;

	memcpy(&a, data, sizeof a);
	memcpy(&b, data + 64, sizeof b);
	p256_combine(&d, j, &a, k, &b);
	memcpy(data + 128, &d, sizeof d);
}
