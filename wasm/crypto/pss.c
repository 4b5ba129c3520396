#include <string.h>
#include "inner.h"
#include "pss.h"

#define HASH_MAX 64
#define TRAILER 0xBC
#define SEPARATOR 0x01

/*
 * Where the parts of an encoded message are: maskedDB, H, and the trailer.
 * An encoded message has a bit less than the modulus (RFC 8017, 8.1.1), so
 * that a whole byte may stand before it, which is 0.
 */
typedef struct {
	unsigned char *db;
	size_t db_len;
	unsigned char *h;
	unsigned char top; /* the bits of db's first byte that are in use */
	size_t before;     /* bytes, 0 or 1 */
	size_t hash_len;
} parts;

static size_t
length_of(const br_hash_class *hash)
{
	return hash->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
}

/* Returns 0 if hash value and salt don't fit. */
static int
divide(parts *p, unsigned char *em, uint32_t bits, size_t hash_len)
{
	size_t len;

	if (bits < 9) {
		return 0;
	}
	len = (bits - 1 + 7) >> 3;
	if (len < 2 * hash_len + 2) {
		return 0;
	}
	p->before = ((bits + 7) >> 3) - len;
	p->db = em + p->before;
	p->db_len = len - hash_len - 1;
	p->h = p->db + p->db_len;
	p->top = (unsigned char)(0xFF >> (8 * len - (bits - 1)));
	p->hash_len = hash_len;
	return 1;
}

/* H: the hash of eight zeros, the hash value and the salt. */
static void
hash_salted(const br_hash_class *hash, unsigned char *out,
	const unsigned char *hv, const unsigned char *salt)
{
	static const unsigned char zeros[8];
	br_hash_compat_context hc;
	size_t len = length_of(hash);

	hash->init(&hc.vtable);
	hash->update(&hc.vtable, zeros, sizeof zeros);
	hash->update(&hc.vtable, hv, len);
	hash->update(&hc.vtable, salt, len);
	hash->out(&hc.vtable, out);
}

/* see pss.h */
uint32_t
pss_encode(unsigned char *em, uint32_t bits, const br_hash_class *hash,
	const unsigned char *hv, const unsigned char *salt)
{
	parts p;
	unsigned char *salt_at;

	if (!divide(&p, em, bits, length_of(hash))) {
		return 0;
	}
	memset(em, 0, p.before + p.db_len);
	salt_at = p.h - p.hash_len;
	salt_at[-1] = SEPARATOR;
	memcpy(salt_at, salt, p.hash_len);
	hash_salted(hash, p.h, hv, salt);
	p.h[p.hash_len] = TRAILER;
	br_mgf1_xor(p.db, p.db_len, hash, p.h, p.hash_len);
	p.db[0] &= p.top;
	return 1;
}

/* see pss.h */
uint32_t
pss_decode(unsigned char *em, uint32_t bits, const br_hash_class *hash,
	const unsigned char *hv)
{
	unsigned char expected[HASH_MAX];
	const unsigned char *salt;
	unsigned different;
	parts p;
	size_t u;

	if (!divide(&p, em, bits, length_of(hash))) {
		return 0;
	}
	different = p.h[p.hash_len] ^ TRAILER;
	different |= p.db[0] & ~p.top;
	if (p.before > 0) {
		different |= em[0];
	}
	br_mgf1_xor(p.db, p.db_len, hash, p.h, p.hash_len);
	p.db[0] &= p.top;
	salt = p.h - p.hash_len;
	for (u = 0; p.db + u < salt - 1; u++) {
		different |= p.db[u];
	}
	different |= salt[-1] ^ SEPARATOR;
	hash_salted(hash, expected, hv, salt);
	for (u = 0; u < p.hash_len; u++) {
		different |= p.h[u] ^ expected[u];
	}
	return different == 0;
}

/* Bits of a big-endian number without leading zeros. */
static uint32_t
bit_length(const unsigned char *n, size_t len)
{
	uint32_t bits = (uint32_t)len << 3;
	unsigned top = n[0];

	for (; (top & 0x80) == 0; top <<= 1) {
		bits--;
	}
	return bits;
}

/* see pss.h */
uint32_t
pss_verify(const unsigned char *sig, size_t len, const br_rsa_public_key *pk,
	const br_hash_class *hash, const unsigned char *hv)
{
	unsigned char em[BR_MAX_RSA_SIZE / 8];
	const unsigned char *n = pk->n;
	size_t nlen = pk->nlen;

	for (; nlen > 0 && *n == 0; n++, nlen--)
		;
	if (nlen == 0 || nlen > sizeof em || len != nlen) {
		return 0;
	}
	memcpy(em, sig, len);
	return br_rsa_i31_public(em, len, pk) &&
	       pss_decode(em, bit_length(n, nlen), hash, hv);
}
