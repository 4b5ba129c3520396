/*
 * Key files: PEM or DER, PKCS#1, SEC1 or PKCS#8.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "crypto/wipe.h"
#include "inner.h"
#include "key.h"

/*
 * How an EC private key ends if it has its public half (RFC 5915, 3), in
 * PKCS#8 as well: [1], a BIT STRING, an uncompressed point.
 */
#define END_MAX (7 + 133)
typedef struct {
	int curve;
	unsigned char header[7];
	size_t header_len, point_len;
} ec_end;
static const ec_end ec_ends[] = {
	{BR_EC_secp256r1, {0xA1, 0x44, 0x03, 0x42, 0}, 5, 65},
	{BR_EC_secp384r1, {0xA1, 0x64, 0x03, 0x62, 0}, 5, 97},
	{BR_EC_secp521r1, {0xA1, 0x81, 0x89, 0x03, 0x81, 0x86, 0}, 7, 133},
};

/* What was seen on the way through a PEM file. */
typedef struct {
	br_skey_decoder_context decoder;

	/*
	 * BearSSL 0.6 takes key_data for 3 * BR_X509_BUFSIZE_KEY bytes long
	 * (skey_decoder.t0) where there are 3 * BR_X509_BUFSIZE_SIG, and so
	 * writes up to 24 bytes past its context for an RSA key that is too
	 * large. Here they land on nothing.
	 */
	unsigned char overflow[3 * (BR_X509_BUFSIZE_KEY - BR_X509_BUFSIZE_SIG)];

	/* The last bytes of the key's DER, at the end of `end`. */
	unsigned char end[END_MAX];

	/* Its first bytes: enough for an EC key up to its parameters. */
	unsigned char begin[96];
	size_t begin_len;

	int in_key, key_seen, certificate_seen, encrypted_seen, openssh_seen;
} pem_walk;

static int
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/*
 * Push no further after an error: BearSSL's decoder would resume behind the
 * failed check, and write past its buffer.
 */
static void
push_der(void *ctx, const void *data, size_t len)
{
	pem_walk *walk = ctx;
	const unsigned char *last = data;
	size_t n = len;

	if (walk->decoder.err == 0) {
		br_skey_decoder_push(&walk->decoder, data, len);
	}
	if (n > sizeof walk->begin - walk->begin_len) {
		n = sizeof walk->begin - walk->begin_len;
	}
	memcpy(walk->begin + walk->begin_len, data, n);
	walk->begin_len += n;
	n = len;
	if (n > END_MAX) {
		last += n - END_MAX;
		n = END_MAX;
	}
	memmove(walk->end, walk->end + n, END_MAX - n);
	memcpy(walk->end + END_MAX - n, last, n);
}

static void
pem_begin(pem_walk *walk, br_pem_decoder_context *pem)
{
	const char *name = br_pem_decoder_name(pem);

	walk->in_key = 0;
	br_pem_decoder_setdest(pem, NULL, NULL);
	if (strcmp(name, "ENCRYPTED PRIVATE KEY") == 0) {
		walk->encrypted_seen = 1;
	} else if (strcmp(name, "OPENSSH PRIVATE KEY") == 0) {
		walk->openssh_seen = 1;
	} else if (ends_with(name, "PRIVATE KEY")) {
		walk->in_key = 1;
		walk->begin_len = 0;
		br_skey_decoder_init(&walk->decoder);
		br_pem_decoder_setdest(pem, push_der, walk);
	} else if (ends_with(name, "CERTIFICATE")) {
		walk->certificate_seen = 1;
	}
}

static int
push_body(pem_walk *walk, unsigned char *text, size_t len)
{
	size_t n = pem_body_decode(text, len);

	if (n > 0) {
		push_der(walk, text, n);
	}
	return n > 0;
}

/*
 * Take the first private key of a PEM file. A traditional encrypted key
 * has header lines ("Proc-Type: 4,ENCRYPTED", RFC 1421) where BearSSL
 * expects base64, and so shows as an error inside the key.
 */
static void
walk_pem(pem_walk *walk, unsigned char *file, size_t len)
{
	br_pem_decoder_context pem;
	unsigned char newline[] = "\n";
	unsigned char *end = file + len;
	int newline_added = 0;

	/*
	 * Editors put a byte-order mark (U+FEFF in UTF-8) before the text:
	 * the first line would not begin with dashes.
	 */
	if (len >= 3 && file[0] == 0xEF && file[1] == 0xBB && file[2] == 0xBF) {
		file += 3;
	}
	br_pem_decoder_init(&pem);
	while (!walk->key_seen) {
		size_t used;

		if (file == end) {
			/* The last line may lack its newline. */
			if (newline_added) {
				break;
			}
			newline_added = 1;
			file = newline;
			end = file + 1;
		}
		used = br_pem_decoder_push(&pem, file, (size_t)(end - file));
		file += used;
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_BEGIN_OBJ:
			pem_begin(walk, &pem);
			walk->key_seen =
				walk->in_key &&
				push_body(walk, file, (size_t)(end - file));
			break;
		case BR_PEM_END_OBJ:
			walk->key_seen = walk->in_key;
			break;
		case BR_PEM_ERROR:
			if (walk->in_key) {
				walk->key_seen = 1;
			}
			walk->in_key = 0;
			br_pem_decoder_init(&pem);
			break;
		}
	}
	wipe(&pem, sizeof pem);
}

static int
contains(const unsigned char *file, size_t len, const char *text)
{
	size_t n = strlen(text);

	for (; len >= n; file++, len--) {
		if (memcmp(file, text, n) == 0) {
			return 1;
		}
	}
	return 0;
}

/* Skip the tag and length of a DER element; NULL if it is not `tag`. */
static const unsigned char *
enter(const unsigned char *p, const unsigned char *end, unsigned tag)
{
	if (end - p < 2 || p[0] != tag) {
		return NULL;
	}
	return p + 2 + (p[1] > 0x80 ? p[1] & 0x7F : 0);
}

/*
 * What else may stand in a DER file where a key was expected: both an
 * encrypted PKCS#8 key (RFC 5958, 3: the algorithm's OID comes first) and
 * a certificate (RFC 5280, 4.1: a version or a serial number does) start
 * with two SEQUENCEs.
 */
static int
name_der(const unsigned char *file, size_t len)
{
	const unsigned char *end = file + len;
	const unsigned char *p = enter(file, end, 0x30);

	if (p == NULL || p >= end || (p = enter(p, end, 0x30)) == NULL ||
		p >= end) {
		return KEEPER_NO_KEY;
	}
	switch (*p) {
	case 0x06:
		return KEEPER_ENCRYPTED;
	case 0xA0:
	case 0x02:
		return KEEPER_CERTIFICATE;
	default:
		return KEEPER_NO_KEY;
	}
}

static int
copy_integer(unsigned char **to, size_t len)
{
	unsigned char *p = arena_alloc(len);

	if (p == NULL) {
		return 0;
	}
	memcpy(p, *to, len);
	*to = p;
	return 1;
}

/*
 * The seed is the same for the same key, whatever its file looks like: a number
 * has `size` bytes, though files may leave out zeros in front of it or have
 * more of them, and the order of factors does not count.
 */
static void
add_to_ticket_seed(
	private_key *key, const unsigned char *number, size_t len, size_t size)
{
	static const unsigned char zeros[66]; /* as P-521's numbers have */
	static const char label[] = "bearhug ticket seed";
	unsigned char sum[br_sha256_SIZE];
	br_sha256_context sc;
	size_t u;

	if (len > size) {
		number += len - size;
		len = size;
	}
	br_sha256_init(&sc);
	br_sha256_update(&sc, label, sizeof label);
	br_sha256_update(&sc, zeros, size - len);
	br_sha256_update(&sc, number, len);
	br_sha256_out(&sc, sum);
	for (u = 0; u < sizeof sum; u++) {
		key->ticket_seed[u] ^= sum[u];
	}
	wipe(sum, sizeof sum);
	wipe(&sc, sizeof sc);
}

static int
keep_rsa(private_key *key, const br_rsa_private_key *decoded)
{
	br_rsa_private_key *sk = &key->sk.rsa;
	br_sha256_context sc;

	*sk = *decoded;
	if (sk->n_bitlen > BR_MAX_RSA_SIZE) {
		return KEEPER_TOO_LARGE;
	}

	/* BearSSL's limit on one factor (inner.h, BR_MAX_RSA_FACTOR). */
	if (sk->plen * 8 > BR_MAX_RSA_FACTOR ||
		sk->qlen * 8 > BR_MAX_RSA_FACTOR) {
		return KEEPER_TOO_LARGE;
	}
	if (!copy_integer(&sk->p, sk->plen) ||
		!copy_integer(&sk->q, sk->qlen) ||
		!copy_integer(&sk->dp, sk->dplen) ||
		!copy_integer(&sk->dq, sk->dqlen) ||
		!copy_integer(&sk->iq, sk->iqlen)) {
		return KEEPER_NO_MEMORY;
	}
	br_sha256_init(&sc);
	br_sha256_update(&sc, sk->p, sk->plen);
	br_sha256_update(&sc, sk->q, sk->qlen);
	br_sha256_out(&sc, key->rejection_seed);
	wipe(&sc, sizeof sc);
	memset(key->ticket_seed, 0, sizeof key->ticket_seed);
	add_to_ticket_seed(key, sk->p, sk->plen, sk->plen);
	add_to_ticket_seed(key, sk->q, sk->qlen, sk->qlen);
	return 0;
}

/* Bytes of a number below the order of a curve; 0 for others than ours. */
static size_t
scalar_size(int curve)
{
	switch (curve) {
	case BR_EC_secp256r1:
		return 32;
	case BR_EC_secp384r1:
		return 48;
	case BR_EC_secp521r1:
		return 66;
	default:
		return 0;
	}
}

static int
keep_ec(private_key *key, const br_ec_private_key *decoded)
{
	br_ec_private_key *sk = &key->sk.ec;
	size_t size;

	*sk = *decoded;
	size = scalar_size(sk->curve);
	if (size == 0) {
		return KEEPER_UNSUPPORTED;
	}
	memset(key->ticket_seed, 0, sizeof key->ticket_seed);
	add_to_ticket_seed(key, sk->x, sk->xlen, size);
	return copy_integer(&sk->x, sk->xlen) ? 0 : KEEPER_NO_MEMORY;
}

/*
 * Keep the public half that the file has, if any. Where it has none, the
 * private one may stand in its place: hence no early exit.
 */
static int
keep_claim(private_key *key, const unsigned char *end)
{
	size_t u, v;

	for (u = 0; u < sizeof ec_ends / sizeof ec_ends[0]; u++) {
		const ec_end *e = &ec_ends[u];
		unsigned char *point =
			(unsigned char *)end + END_MAX - e->point_len;
		const unsigned char *header = point - e->header_len;
		unsigned different = 0;

		if (e->curve != key->sk.ec.curve) {
			continue;
		}
		for (v = 0; v < e->header_len; v++) {
			different |= e->header[v] ^ header[v];
		}
		if (different == 0) {
			key->claim = point;
			key->claim_len = e->point_len;
			return copy_integer(&key->claim, key->claim_len)
				       ? 0
				       : KEEPER_NO_MEMORY;
		}
	}
	return 0;
}

/* Copy what the decoder holds into the arena, or say why it can't be. */
static int
keep(private_key *key, const pem_walk *walk)
{
	const br_skey_decoder_context *decoder = &walk->decoder;
	int err = br_skey_decoder_last_error(decoder);
	int kind = err == 0 ? 0 : key_kind(walk->begin, walk->begin_len);

	if (kind != 0) {
		return kind;
	}
	switch (err) {
	case 0:
		break;
	case BR_ERR_X509_UNSUPPORTED:
		return KEEPER_UNSUPPORTED;
	case BR_ERR_X509_LIMIT_EXCEEDED:
		return KEEPER_TOO_LARGE;
	default:
		return KEEPER_MALFORMED;
	}
	key->type = br_skey_decoder_key_type(decoder);
	if (key->type == BR_KEYTYPE_RSA) {
		return keep_rsa(key, br_skey_decoder_get_rsa(decoder));
	}
	err = keep_ec(key, br_skey_decoder_get_ec(decoder));
	return err != 0 ? err : keep_claim(key, walk->end);
}

/* Lines may end as on Windows; BearSSL's PEM decoder knows no CR. */
static size_t
remove_cr(unsigned char *text, size_t len)
{
	size_t u, kept = 0;

	for (u = 0; u < len; u++) {
		if (text[u] != '\r') {
			text[kept++] = text[u];
		}
	}
	return kept;
}

/* see key.h */
int
key_decode(private_key *key, unsigned char *file, size_t len)
{
	pem_walk walk;
	int err;

	if (len > 0 && file[0] != 0x30) {
		len = remove_cr(file, len);
	}
	memset(&walk, 0, sizeof walk);
	walk_pem(&walk, file, len);
	if (walk.encrypted_seen ||
		contains(file, len, "Proc-Type: 4,ENCRYPTED")) {
		err = KEEPER_ENCRYPTED;
	} else if (walk.key_seen) {
		err = keep(key, &walk);
	} else if (walk.in_key) {
		err = KEEPER_MALFORMED;
	} else if (walk.openssh_seen) {
		err = KEEPER_OPENSSH;
	} else if (walk.certificate_seen) {
		err = KEEPER_CERTIFICATE;
	} else {
		err = name_der(file, len);
		if (err == KEEPER_NO_KEY && len > 0 && file[0] == 0x30) {
			br_skey_decoder_init(&walk.decoder);
			push_der(&walk, file, len);
			err = keep(key, &walk);
		}
	}
	wipe(&walk, sizeof walk);
	return err;
}
