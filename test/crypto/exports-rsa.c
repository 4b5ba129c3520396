/*
 * RSA with a private key: ours, and BearSSL's; and a product of our
 * arithmetic alone.
 */
#include "inner.h"
#include "crypto/montgomery-pair.h"
#include "crypto/pss.h"
#include "crypto/rsa-check.h"
#include "crypto/rsa-private.h"
#include "export.h"
#include "buffers.h"

/* In `data`: the message at 0, then p, q, dp, dq and iq, a KiB each. */
#define PART 1024

/* How long they are, in bytes. */
static br_rsa_private_key sk;

EXPORT(rsa_key)
void
rsa_key(uint32_t bits, size_t plen, size_t qlen, size_t dplen, size_t dqlen,
	size_t iqlen)
{
	sk.n_bitlen = bits;
	sk.p = data + PART;
	sk.plen = plen;
	sk.q = data + 2 * PART;
	sk.qlen = qlen;
	sk.dp = data + 3 * PART;
	sk.dplen = dplen;
	sk.dq = data + 4 * PART;
	sk.dqlen = dqlen;
	sk.iq = data + 5 * PART;
	sk.iqlen = iqlen;
}

EXPORT(rsa_private)
uint32_t
rsa_private_either(uint32_t which)
{
	return which == 0 ? rsa_private(data, &sk)
			  : br_rsa_i31_private(data, &sk);
}

/* The message's power at 6 KiB, and a public key: n at 7, e at 8. */
EXPORT(rsa_check)
uint32_t
rsa_check_power(size_t nlen, size_t elen)
{
	br_rsa_public_key pk = {data + 7 * PART, nlen, data + 8 * PART, elen};

	return rsa_check(data + 6 * PART, data, &sk, &pk);
}

static const br_hash_class *
hash_of_length(size_t len)
{
	return len == br_sha256_SIZE   ? &br_sha256_vtable
	       : len == br_sha384_SIZE ? &br_sha384_vtable
				       : &br_sha512_vtable;
}

/*
 * A PSS signature at 0, the public key as above, a hash value of `hash_len`
 * bytes at 6 KiB.
 */
EXPORT(pss_verify)
uint32_t
pss_verify_signature(size_t len, size_t nlen, size_t elen, size_t hash_len)
{
	br_rsa_public_key pk = {data + 7 * PART, nlen, data + 8 * PART, elen};

	return pss_verify(
		data, len, &pk, hash_of_length(hash_len), data + 6 * PART);
}

/* The hash value and the salt at 6 and 7 KiB become a padded message at 0. */
EXPORT(pss_encode)
uint32_t
pss_encode_message(uint32_t bits, size_t hash_len)
{
	return pss_encode(data, bits, hash_of_length(hash_len), data + 6 * PART,
		data + 7 * PART);
}

typedef uint32_t words[2 + (8 * PAIR_ENCODED_BYTES + 30) / 31];

static void
decode(words x[PAIR_LANES], int part, size_t len)
{
	int lane;

	for (lane = 0; lane < PAIR_LANES; lane++) {
		br_i31_decode(x[lane], data + (part + lane) * PART, len);
	}
}

/*
 * In `data`, in both lanes: moduli of `len` bytes at 1 KiB, a and b of
 * `value_len` at 3 and 5. a * b / R replaces a; without `b`, a * a / R.
 */
EXPORT(pair_product)
size_t
pair_product(size_t len, size_t value_len, uint32_t b)
{
	words x[PAIR_LANES];
	const uint32_t *const pointers[PAIR_LANES] = {x[0], x[1]};
	pair_modulus m;
	pair_int y, z;

	decode(x, 1, len);
	pair_modulus_set(&m, pointers, len);
	decode(x, 3, value_len);
	pair_set(&m, y, pointers);
	decode(x, 5, value_len);
	pair_set(&m, z, pointers);
	if (b) {
		pair_multiply(&m, y, y, z);
	} else {
		pair_square(&m, y, y);
	}
	pair_encode(&m, 0, y, data + 3 * PART);
	return pair_encode(&m, 1, y, data + 4 * PART);
}
