#include <string.h>
#include "check.h"
#include "plain-keccak.h"
#include "plain-mlkem.h"

#define N 256
#define Q 3329
#define K 3
#define KEY 1184
#define CIPHERTEXT 1088

typedef struct {
	unsigned c[N]; /* below q */
} poly;

static const plain_keccak_function sha3_256 = {136, 6}, sha3_512 = {72, 6},
				   shake128 = {168, 31}, shake256 = {136, 31};

static unsigned
power(unsigned base, unsigned exponent)
{
	unsigned r = 1;

	for (; exponent > 0; exponent--) {
		r = r * base % Q;
	}
	return r;
}

/* Of X^2 - root, the ith of 128 factors of X^256 + 1 (4.3). */
static unsigned
root(unsigned i)
{
	static unsigned roots[N / 2];
	unsigned reversed = 0, bit;

	if (roots[i] == 0) {
		for (bit = 0; bit < 7; bit++) {
			reversed |= (i >> bit & 1) << (6 - bit);
		}
		roots[i] = power(17, 2 * reversed + 1);
	}
	return roots[i];
}

/* The remainders modulo all of them. */
static void
transform(poly *f)
{
	poly t;
	unsigned i, j, z;

	for (i = 0; i < N; i++) {
		z = root(i / 2);
		t.c[i] = 0;
		for (j = N / 2; j-- > 0;) {
			t.c[i] = (t.c[i] * z + f->c[2 * j + i % 2]) % Q;
		}
	}
	*f = t;
}

/* The polynomial that has these remainders: a discrete Fourier transform. */
static void
transform_back(poly *t)
{
	poly f;
	unsigned i, j, inverse, scale;

	memset(&f, 0, sizeof f);
	for (i = 0; i < N / 2; i++) {
		inverse = power(root(i), Q - 2);
		scale = power(N / 2, Q - 2);
		for (j = 0; j < N / 2; j++) {
			f.c[2 * j] = (f.c[2 * j] + scale * t->c[2 * i]) % Q;
			f.c[2 * j + 1] =
				(f.c[2 * j + 1] + scale * t->c[2 * i + 1]) % Q;
			scale = scale * inverse % Q;
		}
	}
	*t = f;
}

/* sum += a * b, of remainders. */
static void
multiply_add(poly *sum, const poly *a, const poly *b)
{
	unsigned i;

	for (i = 0; i < N; i += 2) {
		unsigned a0 = a->c[i], a1 = a->c[i + 1];
		unsigned b0 = b->c[i], b1 = b->c[i + 1];

		sum->c[i] += a0 * b0 % Q + a1 * b1 % Q * root(i / 2) % Q;
		sum->c[i + 1] += a0 * b1 % Q + a1 * b0 % Q;
		sum->c[i] %= Q;
		sum->c[i + 1] %= Q;
	}
}

static void
add(poly *p, const poly *a)
{
	unsigned i;

	for (i = 0; i < N; i++) {
		p->c[i] = (p->c[i] + a->c[i]) % Q;
	}
}

static unsigned
bit_of(const unsigned char *bytes, unsigned i)
{
	return bytes[i / 8] >> i % 8 & 1;
}

/* Algorithm 5, and 6 with decompression. */
static void
encode(unsigned char *out, const poly *p, unsigned d)
{
	unsigned i, c;

	memset(out, 0, 32 * d);
	for (i = 0; i < N * d; i++) {
		c = p->c[i / d];
		if (d < 12) {
			c = ((c << (d + 1)) + Q) / (2 * Q);
		}
		out[i / 8] |= (unsigned char)((c >> i % d & 1) << i % 8);
	}
}

static void
decode(poly *p, const unsigned char *in, unsigned d)
{
	unsigned i, j;

	for (i = 0; i < N; i++) {
		p->c[i] = 0;
		for (j = 0; j < d; j++) {
			p->c[i] |= bit_of(in, i * d + j) << j;
		}
		if (d < 12) {
			p->c[i] = (2 * Q * p->c[i] + (1U << d)) / (2U << d);
		}
	}
}

/* Algorithm 7. */
static void
sample_matrix(poly *p, const unsigned char *rho, unsigned column, unsigned row)
{
	unsigned char seed[34], stream[1026];
	unsigned have = 0, at, c, half;

	memcpy(seed, rho, 32);
	seed[32] = (unsigned char)column;
	seed[33] = (unsigned char)row;
	plain_keccak(shake128, seed, sizeof seed, stream, sizeof stream);
	for (at = 0; have < N; at += 3) {
		CHECK(at + 2 < sizeof stream);
		for (half = 0; half < 2 && have < N; half++) {
			c = half == 0
				    ? stream[at] | stream[at + 1] % 16 << 8
				    : stream[at + 1] / 16 | stream[at + 2] << 4;
			if (c < Q) {
				p->c[have++] = c;
			}
		}
	}
}

/* Algorithm 8. */
static void
sample_noise(poly *p, const unsigned char *sigma, unsigned n)
{
	unsigned char seed[33], bytes[128];
	unsigned i;

	memcpy(seed, sigma, 32);
	seed[32] = (unsigned char)n;
	plain_keccak(shake256, seed, sizeof seed, bytes, sizeof bytes);
	for (i = 0; i < N; i++) {
		p->c[i] = (Q + bit_of(bytes, 4 * i) + bit_of(bytes, 4 * i + 1) -
				  bit_of(bytes, 4 * i + 2) -
				  bit_of(bytes, 4 * i + 3)) %
			  Q;
	}
}

/* Algorithm 13: the key, and the private vector. */
static void
expand(unsigned char *key, poly secret[K], const unsigned char *d)
{
	unsigned char seed[33], seeds[64];
	poly a, sum;
	unsigned i, j;

	memcpy(seed, d, 32);
	seed[32] = K;
	plain_keccak(sha3_512, seed, sizeof seed, seeds, sizeof seeds);
	for (i = 0; i < K; i++) {
		sample_noise(&secret[i], seeds + 32, i);
		transform(&secret[i]);
	}
	for (i = 0; i < K; i++) {
		sample_noise(&sum, seeds + 32, K + i);
		transform(&sum);
		for (j = 0; j < K; j++) {
			sample_matrix(&a, seeds, j, i);
			multiply_add(&sum, &a, &secret[j]);
		}
		encode(key + 384 * i, &sum, 12);
	}
	memcpy(key + 384 * K, seeds, 32);
}

/* Algorithm 14. */
static void
encrypt(unsigned char *out, const unsigned char *key,
	const unsigned char *message, const unsigned char *noise)
{
	poly y[K], sum, term;
	unsigned i, j;

	for (i = 0; i < K; i++) {
		sample_noise(&y[i], noise, i);
		transform(&y[i]);
	}
	for (i = 0; i <= K; i++) {
		memset(&sum, 0, sizeof sum);
		for (j = 0; j < K; j++) {
			if (i < K) {
				sample_matrix(&term, key + 384 * K, i, j);
			} else {
				decode(&term, key + 384 * j, 12);
			}
			multiply_add(&sum, &term, &y[j]);
		}
		transform_back(&sum);
		sample_noise(&term, noise, K + i);
		add(&sum, &term);
		if (i == K) {
			decode(&term, message, 1);
			add(&sum, &term);
		}
		encode(out + 320 * i, &sum, i < K ? 10 : 4);
	}
}

/* Algorithm 15. */
static void
decrypt(unsigned char *message, const poly secret[K], const unsigned char *in)
{
	poly u, v, product;
	unsigned i;

	memset(&product, 0, sizeof product);
	for (i = 0; i < K; i++) {
		decode(&u, in + 320 * i, 10);
		transform(&u);
		multiply_add(&product, &u, &secret[i]);
	}
	transform_back(&product);
	decode(&v, in + 320 * K, 4);
	for (i = 0; i < N; i++) {
		v.c[i] = (v.c[i] + Q - product.c[i]) % Q;
	}
	encode(message, &v, 1);
}

/* What algorithm 17 derives: the shared secret, and the noise's seed. */
static void
derive(unsigned char seeds[64], const unsigned char *message,
	const unsigned char *key)
{
	unsigned char both[64];

	memcpy(both, message, 32);
	plain_keccak(sha3_256, key, KEY, both + 32, 32);
	plain_keccak(sha3_512, both, sizeof both, seeds, 64);
}

/* see plain-mlkem.h */
void
plain_mlkem_make_key(unsigned char key[KEY], const unsigned char seed[64])
{
	poly secret[K];

	expand(key, secret, seed);
}

/* see plain-mlkem.h */
int
plain_mlkem_is_key(const unsigned char key[KEY])
{
	poly p;
	unsigned i;

	for (i = 0; i < K * N; i++) {
		if (i % N == 0) {
			decode(&p, key + 384 * (i / N), 12);
		}
		if (p.c[i % N] >= Q) {
			return 0;
		}
	}
	return 1;
}

/* see plain-mlkem.h */
void
plain_mlkem_encapsulate(unsigned char secret[32],
	unsigned char ciphertext[CIPHERTEXT], const unsigned char key[KEY],
	const unsigned char random[32])
{
	unsigned char seeds[64];

	derive(seeds, random, key);
	encrypt(ciphertext, key, random, seeds + 32);
	memcpy(secret, seeds, 32);
}

/* see plain-mlkem.h */
void
plain_mlkem_decapsulate(unsigned char secret[32],
	const unsigned char ciphertext[CIPHERTEXT],
	const unsigned char seed[64])
{
	unsigned char key[KEY], message[32], seeds[64], again[CIPHERTEXT];
	unsigned char rejected[32 + CIPHERTEXT];
	poly vector[K];

	expand(key, vector, seed);
	decrypt(message, vector, ciphertext);
	derive(seeds, message, key);
	encrypt(again, key, message, seeds + 32);
	if (memcmp(again, ciphertext, CIPHERTEXT) == 0) {
		memcpy(secret, seeds, 32);
		return;
	}
	memcpy(rejected, seed + 32, 32);
	memcpy(rejected + 32, ciphertext, CIPHERTEXT);
	plain_keccak(shake256, rejected, sizeof rejected, secret, 32);
}
