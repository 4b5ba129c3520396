/*
 * The table of p256-comb.c, made by p256-comb-table.test.ts: the points
 *
 *   table[b][j] = 2^(13 b) (2^208 + sum of s_a(j) 2^(52 a), a < 4) * G
 *
 * where s_a(j) is 1 if bit a of j is set, else -1. Coordinates are
 * canonical in Montgomery form.
 */
#ifndef P256_COMB_TABLE_H__
#define P256_COMB_TABLE_H__

#include "p256-point.h"

#define COMB_TEETH 5
#define COMB_BLOCKS 4
#define COMB_COLUMNS 13
#define COMB_SIGNS (COMB_TEETH * COMB_BLOCKS * COMB_COLUMNS)
#define COMB_ENTRIES (1 << (COMB_TEETH - 1))

extern const p256_affine p256_comb_table[COMB_BLOCKS][COMB_ENTRIES];

#endif
