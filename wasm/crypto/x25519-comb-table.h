/*
 * The table of x25519-comb.c, made by x25519-comb-table.test.ts: with B the
 * point of edwards25519 (RFC 8032, section 5.1) whose image on Curve25519 is 9,
 *
 *   table[b][j] = 2^(C b) (2^(N C (T - 1)) + sum of s_a(j) 2^(N C a), a < T - 1) * B
 *
 * for T teeth, N blocks and C columns, where s_a(j) is 1 if bit a of j is set,
 * else -1. Of a point (x, y), the bytes are those that an addition needs:
 * (y + x)/2, (y - x)/2 and d x y, each little-endian.
 */
#ifndef X25519_COMB_TABLE_H__
#define X25519_COMB_TABLE_H__

#define X25519_TEETH 5
#define X25519_BLOCKS 2
#define X25519_COLUMNS 26
#define X25519_SIGNS (X25519_TEETH * X25519_BLOCKS * X25519_COLUMNS)
#define X25519_ENTRIES (1 << (X25519_TEETH - 1))
#define X25519_ENTRY_BYTES 96

extern const unsigned char x25519_comb_table[X25519_BLOCKS][X25519_ENTRIES]
					    [X25519_ENTRY_BYTES];

#endif
