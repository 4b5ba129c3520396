/*
 * SHA-224 and SHA-256 (FIPS 180-4) in place of BearSSL's src/hash/sha2small.c: the
 * names are BearSSL's, so that the linker finds these functions first. The words
 * of the message schedule are variables, and no array that a compiler keeps in memory.
 *
 * Additions, rotations and logic only: no branch or address depends on data.
 */
#include <string.h>
#include "inner.h"

#define BLOCK 64

/* Of the length in bits, at the end. */
#define LENGTH 8

/* FIPS 180-4, 4.1.2. */
#define ROTATE(x, n) ((x) >> (n) | (x) << (32 - (n)))
#define CH(x, y, z) ((((y) ^ (z)) & (x)) ^ (z))
#define MAJ(x, y, z) (((y) & (z)) | (((y) | (z)) & (x)))
#define SUM0(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define SUM1(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SIGMA0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ (x) >> 3)
#define SIGMA1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ (x) >> 10)

/* see inner.h */
const uint32_t br_sha224_IV[8] = {0xC1059ED8, 0x367CD507, 0x3070DD17,
	0xF70E5939, 0xFFC00B31, 0x68581511, 0x64F98FA7, 0xBEFA4FA4};

/* see inner.h */
const uint32_t br_sha256_IV[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372,
	0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};

/* FIPS 180-4, 4.2.2. */
static const uint32_t K[64] = {0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5,
	0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5, 0xD807AA98, 0x12835B01,
	0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
	0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA,
	0x5CB0A9DC, 0x76F988DA, 0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7,
	0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967, 0x27B70A85, 0x2E1B2138,
	0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
	0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624,
	0xF40E3585, 0x106AA070, 0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5,
	0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3, 0x748F82EE, 0x78A5636F,
	0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2};

/* Constant indices alone make variables of an array. */
#define ROUND(a, b, c, d, e, f, g, h, i) \
	do { \
		uint32_t t = h + SUM1(e) + CH(e, f, g) + k[i] + w[i]; \
		d += t; \
		h = t + SUM0(a) + MAJ(a, b, c); \
	} while (0)

#define EIGHT_ROUNDS(i) \
	do { \
		ROUND(a, b, c, d, e, f, g, h, i); \
		ROUND(h, a, b, c, d, e, f, g, i + 1); \
		ROUND(g, h, a, b, c, d, e, f, i + 2); \
		ROUND(f, g, h, a, b, c, d, e, i + 3); \
		ROUND(e, f, g, h, a, b, c, d, i + 4); \
		ROUND(d, e, f, g, h, a, b, c, i + 5); \
		ROUND(c, d, e, f, g, h, a, b, i + 6); \
		ROUND(b, c, d, e, f, g, h, a, i + 7); \
	} while (0)

/* The word sixteen further on, in place of word i (6.2.2). */
#define EXTEND(i) \
	(w[i] += SIGMA1(w[((i) + 14) & 15]) + w[((i) + 9) & 15] + \
		 SIGMA0(w[((i) + 1) & 15]))

#define EXTEND_FOUR(i) \
	(EXTEND(i), EXTEND((i) + 1), EXTEND((i) + 2), EXTEND((i) + 3))

#define LOAD_FOUR(i) \
	(w[i] = br_dec32be(buf + 4 * (i)), \
		w[(i) + 1] = br_dec32be(buf + 4 * (i) + 4), \
		w[(i) + 2] = br_dec32be(buf + 4 * (i) + 8), \
		w[(i) + 3] = br_dec32be(buf + 4 * (i) + 12))

/* see inner.h */
void
br_sha2small_round(const unsigned char *buf, uint32_t *val)
{
	uint32_t a = val[0], b = val[1], c = val[2], d = val[3];
	uint32_t e = val[4], f = val[5], g = val[6], h = val[7];
	uint32_t w[16];
	const uint32_t *k = K;

	LOAD_FOUR(0);
	LOAD_FOUR(4);
	LOAD_FOUR(8);
	LOAD_FOUR(12);
	for (;;) {
		EIGHT_ROUNDS(0);
		EIGHT_ROUNDS(8);
		k += 16;
		if (k == K + 64) {
			break;
		}
		EXTEND_FOUR(0);
		EXTEND_FOUR(4);
		EXTEND_FOUR(8);
		EXTEND_FOUR(12);
	}
	val[0] += a;
	val[1] += b;
	val[2] += c;
	val[3] += d;
	val[4] += e;
	val[5] += f;
	val[6] += g;
	val[7] += h;
}

static void
finish(const br_sha224_context *cc, void *out, int words)
{
	unsigned char buf[2 * BLOCK];
	uint32_t val[8];
	size_t have = cc->count & (BLOCK - 1);
	size_t len = have < BLOCK - LENGTH ? BLOCK : 2 * BLOCK;

	memcpy(val, cc->val, sizeof val);
	memcpy(buf, cc->buf, have);
	buf[have++] = 0x80;
	memset(buf + have, 0, len - LENGTH - have);
	br_enc64be(buf + len - LENGTH, cc->count << 3);
	br_sha2small_round(buf, val);
	if (len > BLOCK) {
		br_sha2small_round(buf + BLOCK, val);
	}
	br_range_enc32be(out, val, words);
}

/* see bearssl.h */
void
br_sha224_init(br_sha224_context *cc)
{
	cc->vtable = &br_sha224_vtable;
	memcpy(cc->val, br_sha224_IV, sizeof cc->val);
	cc->count = 0;
}

/* see bearssl.h */
void
br_sha224_update(br_sha224_context *cc, const void *data, size_t len)
{
	const unsigned char *buf = data;
	size_t have = cc->count & (BLOCK - 1);

	/* `data` may be NULL then. */
	if (len == 0) {
		return;
	}
	cc->count += len;
	if (have + len < BLOCK) {
		memcpy(cc->buf + have, buf, len);
		return;
	}
	if (have > 0) {
		size_t missing = BLOCK - have;

		memcpy(cc->buf + have, buf, missing);
		br_sha2small_round(cc->buf, cc->val);
		buf += missing;
		len -= missing;
	}
	for (; len >= BLOCK; buf += BLOCK, len -= BLOCK) {
		br_sha2small_round(buf, cc->val);
	}
	memcpy(cc->buf, buf, len);
}

/* see bearssl.h */
void
br_sha224_out(const br_sha224_context *cc, void *out)
{
	finish(cc, out, 7);
}

/* see bearssl.h */
uint64_t
br_sha224_state(const br_sha224_context *cc, void *out)
{
	br_range_enc32be(out, cc->val, 8);
	return cc->count;
}

/* see bearssl.h */
void
br_sha224_set_state(br_sha224_context *cc, const void *state, uint64_t count)
{
	br_range_dec32be(cc->val, 8, state);
	cc->count = count;
}

/* see bearssl.h */
void
br_sha256_init(br_sha256_context *cc)
{
	cc->vtable = &br_sha256_vtable;
	memcpy(cc->val, br_sha256_IV, sizeof cc->val);
	cc->count = 0;
}

/* see bearssl.h */
void
br_sha256_out(const br_sha256_context *cc, void *out)
{
	finish(cc, out, 8);
}

#define VTABLE(name, len) \
	{ \
		sizeof(br_##name##_context), \
			BR_HASHDESC_ID(br_##name##_ID) | \
				BR_HASHDESC_OUT(len) | BR_HASHDESC_STATE(32) | \
				BR_HASHDESC_LBLEN(6) | \
				BR_HASHDESC_MD_PADDING | \
				BR_HASHDESC_MD_PADDING_BE, \
			(void (*)(const br_hash_class **)) & br_##name##_init, \
			(void (*)(const br_hash_class **, const void *, \
				size_t)) & \
				br_sha224_update, \
			(void (*)(const br_hash_class *const *, void *)) & \
				br_##name##_out, \
			(uint64_t(*)(const br_hash_class *const *, void *)) & \
				br_sha224_state, \
			(void (*)(const br_hash_class **, const void *, \
				uint64_t)) & \
				br_sha224_set_state, \
	}

/* see bearssl.h */
const br_hash_class br_sha224_vtable = VTABLE(sha224, br_sha224_SIZE);

/* see bearssl.h */
const br_hash_class br_sha256_vtable = VTABLE(sha256, br_sha256_SIZE);
