/*
 * k * G with a comb of five teeth in four blocks (C. H. Lim and P. J. Lee,
 * "More flexible exponentiation with precomputation", 1994): 12 doublings
 * and 52 additions, with a table of 64 points.
 *
 * The multiplier is 260 signs. Tooth a of block b has the 13 signs from
 * bit 52 * a + 13 * b on. Column by column, from the highest, the sum is
 * doubled, and one table entry a block is added: +-2^(13 b) (2^208 +-
 * 2^156 +- 2^104 +- 2^52 +- 1) * G.
 *
 * No addition meets the formulas' exception, a doubling. Let A * G be the
 * sum and T * G what is added, as integers. Blocks are taken from the
 * highest to the lowest, so that A and T are not divisible by the same
 * power of 2: A is not +-T. Modulo n they could be equal all the same if
 * |A| + |T| >= n. But T is less than 2^248, and A is less than 1.01 * 2^255
 * before column 0, because the multiplier has 256 bits: the highest five of
 * its 260 signs amount to 1. In column 0, A and T are both even, except in
 * the last block, and A = +-T +- n would make n even. In the last block, A = n + T would make the
 * multiplier n + 2 T, T < 0: test/crypto/p256-comb-table.test.ts tries all
 * 16, and none is what that multiplier would add last. (A = n - T is the
 * multiplier 0: the formulas give infinity, as they should.)
 */
#include "p256-comb-table.h"
#include "p256-multiply.h"
#include "p256-signs.h"

/* see p256-multiply.h */
P256_SMALL void
p256_multiply_generator(p256_point *P, const p256_int *k)
{
	p256_signs s;
	uint32_t negative = p256_signs_of(&s, k, COMB_SIGNS);
	int column, block, tooth;

	for (column = COMB_COLUMNS - 1; column >= 0; column--) {
		if (column < COMB_COLUMNS - 1) {
			p256_point_double(P);
		}
		for (block = COMB_BLOCKS - 1; block >= 0; block--) {
			p256_affine Q;
			uint32_t index = 0, sign;

			for (tooth = COMB_TEETH - 1; tooth >= 0; tooth--) {
				int at = column +
					 COMB_COLUMNS *
						 (block + COMB_BLOCKS * tooth);

				index = index << 1 | p256_signs_at(&s, at, 1);
			}
			sign = (index >> (COMB_TEETH - 1)) ^ 1;
			index = (index ^ -sign) & (COMB_ENTRIES - 1);
			p256_affine_lookup(&Q, p256_comb_table[block],
				COMB_ENTRIES, index);
			p256_affine_negate(&Q, sign ^ negative);
			if (column == COMB_COLUMNS - 1 &&
				block == COMB_BLOCKS - 1) {
				P->x = Q.x;
				P->y = Q.y;
				P->z = p256_one;
			} else {
				p256_point_add(P, &Q);
			}
		}
	}
}
