#include "inner.h"
#include "p256-multiply.h"
#include "p256-order.h"
#include "p256-sign.h"

/* Room that br_ecdsa_raw_to_asn1 may need beyond two integers. */
#define ASN1_ROOM 12

/* A private key of any (public) length. Returns 0 unless 0 < d < n. */
static P256_SMALL uint32_t
decode_key(p256_int *d, const br_ec_private_key *sk)
{
	const unsigned char *x = sk->x;
	size_t len = sk->xlen;
	uint32_t excess = 0;

	for (; len > P256_BYTES; x++, len--) {
		excess |= *x;
	}
	return p256_order_decode(d, x, len) & (p256_int_is_zero(d) ^ 1) &
	       ((excess - 1) >> 31);
}

/* What HMAC_DRBG has: K, with its two blocks hashed, and V. */
typedef struct {
	br_hmac_key_context K;
	unsigned char V[64];
	const br_hash_class *hf;
} drbg;

/* V = HMAC(K, V); returns its length. */
static P256_SMALL size_t
next_value(drbg *d)
{
	br_hmac_context hc;

	br_hmac_init(&hc, &d->K, 0);
	br_hmac_update(&hc, d->V, br_digest_size(d->hf));
	return br_hmac_out(&hc, d->V);
}

/* K = HMAC(K, V || x || seed), and the next V. */
static P256_SMALL void
next_key(drbg *d, unsigned char x, const void *seed, size_t len)
{
	br_hmac_context hc;
	unsigned char K[64];
	size_t hash_len = br_digest_size(d->hf);

	br_hmac_init(&hc, &d->K, 0);
	br_hmac_update(&hc, d->V, hash_len);
	br_hmac_update(&hc, &x, 1);
	br_hmac_update(&hc, seed, len);
	br_hmac_out(&hc, K);
	br_hmac_key_init(&d->K, d->hf, K, hash_len);
	next_value(d);
}

/* Steps b to f of RFC 6979, 3.2. */
static P256_SMALL void
seed_drbg(drbg *d, const br_hash_class *hf, const void *seed, size_t len)
{
	static const unsigned char zeros[64];

	d->hf = hf;
	br_hmac_key_init(&d->K, hf, zeros, br_digest_size(hf));
	memset(d->V, 1, sizeof d->V);
	next_key(d, 0, seed, len);
	next_key(d, 1, seed, len);
}

/*
 * RFC 6979, 3.2: HMAC_DRBG, seeded with the key and the reduced hash value,
 * gives candidates until one is in [1, n - 1]. BearSSL's would prepare for a
 * further candidate each time, which hardly ever comes: eight blocks in vain.
 */
static P256_SMALL void
nonce(p256_int *k, const br_hash_class *hf, const p256_int *key,
	const p256_int *message)
{
	drbg d;
	unsigned char buf[2 * P256_BYTES];

	p256_int_encode(buf, key);
	p256_int_encode(buf + P256_BYTES, message);
	seed_drbg(&d, hf, buf, sizeof buf);
	for (;;) {
		size_t have = 0;

		while (have < P256_BYTES) {
			size_t len = next_value(&d);

			if (len > P256_BYTES - have) {
				len = P256_BYTES - have;
			}
			memcpy(buf + have, d.V, len);
			have += len;
		}
		if (p256_order_decode(k, buf, P256_BYTES) &&
			!p256_int_is_zero(k)) {
			break;
		}
		next_key(&d, 0, NULL, 0);
	}
}

/* r = the X coordinate of k * G, modulo n; it is less than 2 * n. */
static P256_SMALL void
commit(p256_int *r, const p256_int *k)
{
	unsigned char point[1 + 2 * P256_BYTES];
	p256_point P;

	p256_multiply_generator(&P, k);
	p256_point_encode(point, &P);
	p256_order_decode(r, point + 1, P256_BYTES);
}

/* see p256-sign.h */
P256_SMALL size_t
p256_sign(const br_hash_class *hf, const void *hash_value,
	const br_ec_private_key *sk, void *sig)
{
	p256_int key, message, k, r, s;
	unsigned char raw[2 * P256_BYTES + ASN1_ROOM];
	size_t len = br_digest_size(hf);

	if (!decode_key(&key, sk)) {
		return 0;
	}
	p256_order_decode(
		&message, hash_value, len < P256_BYTES ? len : P256_BYTES);
	nonce(&k, hf, &key, &message);
	commit(&r, &k);

	/* s = (message + r * key) / k */
	p256_order_multiply(&s, &r, &key);
	p256_order_add(&s, &s, &message);
	p256_int_invert(&k, &p256_n);
	p256_order_multiply(&s, &s, &k);

	p256_int_encode(raw, &r);
	p256_int_encode(raw + P256_BYTES, &s);
	len = br_ecdsa_raw_to_asn1(raw, 2 * P256_BYTES);
	memcpy(sig, raw, len);
	return len;
}
