#include "mlkem-poly.h"

/* q * Q_INVERSE = 1 modulo R. */
#define Q_INVERSE 62209U

/* R^2 / 128 and R^2 modulo q. */
#define R2_BY_128 1441
#define R2 1353

/*
 * R * 17^(i, its seven bits in reverse order), modulo q and centred: 17 is a
 * root of unity of order 256 (FIPS 203, appendix A).
 */
static const int16_t zetas[MLKEM_N / 2] = {-1044, -758, -359, -1517, 1493, 1422,
	287, 202, -171, 622, 1577, 182, 962, -1202, -1474, 1468, 573, -1325,
	264, 383, -829, 1458, -1602, -130, -681, 1017, 732, 608, -1542, 411,
	-205, -1571, 1223, 652, -552, 1015, -1293, 1491, -282, -1544, 516, -8,
	-320, -666, -1618, -1162, 126, 1469, -853, -90, -271, 830, 107, -1421,
	-247, -951, -398, 961, -1508, -725, 448, -1065, 677, -1275, -1103, 430,
	555, 843, -1251, 871, 1550, 105, 422, 587, 177, -235, -291, -460, 1574,
	1653, -246, 778, 1159, -147, -777, 1483, -602, 1119, -1590, 644, -872,
	349, 418, 329, -156, -75, 817, 1097, 603, 610, 1322, -1285, -1465, 384,
	-1215, -136, 1218, -1335, -874, 220, -1187, -1659, -1185, -1530, -1278,
	794, -1510, -854, -870, 478, -108, -308, 996, 991, 958, -1460, 1522,
	1628};

/*
 * The compiler makes these loops work on vectors. Unrolled as well, they are
 * ten times the code, and no faster.
 */
#define ROLLED _Pragma("clang loop unroll(disable)")

/* x / R modulo q, for |x| < q * 2^15. The result's |c| < q. */
static inline int16_t
fold(int32_t x)
{
	int16_t quotient = (int16_t)((uint32_t)x * Q_INVERSE);

	return (int16_t)((x - quotient * MLKEM_Q) >> 16);
}

/* For any 16-bit integer, the representative |c| <= q/2. */
static inline int16_t
shrink(int32_t c)
{
	/* 20159 = 2^26 / q, rounded. */
	return (int16_t)(c - ((c * 20159 + (1 << 25)) >> 26) * MLKEM_Q);
}

/* see mlkem-poly.h */
MLKEM_SMALL uint32_t
mlkem_canonical(int32_t c)
{
	c = shrink(c);
	return (uint32_t)(c + (MLKEM_Q & (c >> 31)));
}

/* see mlkem-poly.h */
void
mlkem_transform(mlkem_poly *p)
{
	const int16_t *zeta = zetas + 1;
	int half, at, i;

	/* Algorithm 9. Seven layers, in each of which |c| grows by q. */
	ROLLED
	for (half = MLKEM_N / 2; half >= 2; half /= 2) {
		ROLLED
		for (at = 0; at < MLKEM_N; at += 2 * half, zeta++) {
			int16_t *lower = p->c + at, *upper = lower + half;

			ROLLED
			for (i = 0; i < half; i++) {
				int16_t t = fold(*zeta * upper[i]);

				upper[i] = (int16_t)(lower[i] - t);
				lower[i] = (int16_t)(lower[i] + t);
			}
		}
	}
	ROLLED
	for (i = 0; i < MLKEM_N; i++) {
		p->c[i] = shrink(p->c[i]);
	}
}

/* see mlkem-poly.h */
void
mlkem_transform_back(mlkem_poly *p)
{
	const int16_t *zeta = zetas + MLKEM_N / 2;
	int half, at, i;

	/* Algorithm 10. */
	ROLLED
	for (half = 2; half < MLKEM_N; half *= 2) {
		ROLLED
		for (at = 0; at < MLKEM_N; at += 2 * half) {
			int16_t *lower = p->c + at, *upper = lower + half;

			zeta--;
			ROLLED
			for (i = 0; i < half; i++) {
				int32_t sum = lower[i] + upper[i];

				upper[i] = fold(*zeta * (upper[i] - lower[i]));
				lower[i] = shrink(sum);
			}
		}
	}
	ROLLED
	for (i = 0; i < MLKEM_N; i++) {
		p->c[i] = fold(p->c[i] * R2_BY_128);
	}
}

/* see mlkem-poly.h */
void
mlkem_multiply_add(mlkem_poly *sum, const mlkem_poly *a, const mlkem_poly *b)
{
	int i;

	/* Algorithms 11 and 12: products modulo X^2 - zeta, X^2 + zeta. */
	ROLLED
	for (i = 0; i < MLKEM_N; i += 2) {
		int32_t a0 = a->c[i], a1 = a->c[i + 1];
		int32_t b0 = b->c[i], b1 = b->c[i + 1];
		int32_t zeta = zetas[MLKEM_N / 4 + i / 4] * (1 - (i & 2));

		sum->c[i] += fold(a0 * b0 + fold(a1 * b1) * zeta);
		sum->c[i + 1] += fold(a0 * b1 + a1 * b0);
	}
}

/* see mlkem-poly.h */
MLKEM_SMALL void
mlkem_times_r(mlkem_poly *p)
{
	int i;

	ROLLED
	for (i = 0; i < MLKEM_N; i++) {
		p->c[i] = fold(p->c[i] * R2);
	}
}

/* see mlkem-poly.h */
MLKEM_SMALL void
mlkem_add(mlkem_poly *p, const mlkem_poly *a)
{
	int i;

	ROLLED
	for (i = 0; i < MLKEM_N; i++) {
		p->c[i] += a->c[i];
	}
}

/* see mlkem-poly.h */
MLKEM_SMALL void
mlkem_subtract_from(mlkem_poly *p, const mlkem_poly *a)
{
	int i;

	ROLLED
	for (i = 0; i < MLKEM_N; i++) {
		p->c[i] = (int16_t)(a->c[i] - p->c[i]);
	}
}

/* The next coefficient, if it is one. Returns how many there are of it. */
static inline size_t
take(mlkem_poly *p, size_t have, uint32_t candidate)
{
	if (candidate >= MLKEM_Q || have == MLKEM_N) {
		return 0;
	}
	p->c[have] = (int16_t)candidate;
	return 1;
}

/* see mlkem-poly.h */
MLKEM_SMALL void
mlkem_sample_matrix(mlkem_poly *p, keccak *k, const unsigned char *seed,
	const unsigned char at[2])
{
	unsigned char block[168];
	uint32_t bits;
	size_t have = 0, read;

	keccak_init(k, &keccak_shake128);
	keccak_absorb(k, seed, MLKEM_SEED_BYTES);
	keccak_absorb(k, at, 2);
	keccak_finish(k);

	/* Algorithm 7: two candidates in 3 bytes; some four of five are fit. */
	while (have < MLKEM_N) {
		keccak_squeeze(k, block, sizeof block);
		for (read = 0; read < sizeof block; read += 3) {
			bits = block[read] | (uint32_t)block[read + 1] << 8 |
			       (uint32_t)block[read + 2] << 16;
			have += take(p, have, bits & 0xFFF);
			have += take(p, have, bits >> 12);
		}
	}
}

/* see mlkem-poly.h */
MLKEM_SMALL void
mlkem_sample_noise(
	mlkem_poly *p, keccak *k, const unsigned char *seed, unsigned char n)
{
	/*
	 * The bytes are in the last quarter of the polynomial: the two
	 * coefficients of a byte overwrite no later byte, and nothing secret
	 * is left on the stack.
	 */
	unsigned char *bytes = (unsigned char *)(p + 1) - MLKEM_N / 2;
	uint32_t pairs;
	int i;

	keccak_init(k, &keccak_shake256);
	keccak_absorb(k, seed, MLKEM_SEED_BYTES);
	keccak_absorb(k, &n, 1);
	keccak_finish(k);
	keccak_squeeze(k, bytes, MLKEM_N / 2);

	/* Algorithm 8: two bits' sum less the next two bits' sum. */
	ROLLED
	for (i = 0; i < MLKEM_N; i += 2) {
		pairs = bytes[i / 2];
		pairs = (pairs & 0x55) + (pairs >> 1 & 0x55);
		p->c[i] = (int16_t)((pairs & 3) - (pairs >> 2 & 3));
		p->c[i + 1] = (int16_t)((pairs >> 4 & 3) - (pairs >> 6));
	}
}
