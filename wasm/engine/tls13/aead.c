/*
 * ChaCha20-Poly1305 and AES-GCM behind two functions. Either suite takes
 * the same way for a tag that is right and for one that isn't.
 */
#include <string.h>
#include "aead.h"
#include "labels.h"
#include "crypto/aes-simd.h"
#include "crypto/chacha20-simd.h"
#include "crypto/ghash-simd.h"
#include "crypto/poly1305-simd.h"
#include "crypto/wipe.h"

/* see aead.h */
void
aead_set(aead *a, const tls13_suite *suite, const unsigned char *traffic)
{
	unsigned char key[32];
	label_secret secret;

	wipe(a, sizeof *a);
	a->suite = suite;
	label_remember(&secret, suite->hash, traffic);
	label_expand_from(&secret, "iv", NULL, 0, a->iv, sizeof a->iv);
	label_expand_from(&secret, "key", NULL, 0, key, suite->key_len);
	label_forget(&secret);
	if (suite->aead == SUITE_CHACHA20_POLY1305) {
		memcpy(a->key.chacha20, key, sizeof a->key.chacha20);
	} else {
		aes_simd_ctr_vtable.init(
			&a->key.aes.keys.vtable, key, suite->key_len);
		br_gcm_init(
			&a->key.aes.gcm, &a->key.aes.keys.vtable, &ghash_simd);
	}
	wipe(key, sizeof key);
}

/* The record's number, over the IV's last eight bytes (5.3). */
static void
make_nonce(const aead *a, unsigned char *nonce)
{
	size_t u;

	memcpy(nonce, a->iv, AEAD_IV);
	for (u = 0; u < 8; u++) {
		nonce[AEAD_IV - 1 - u] ^= (unsigned char)(a->sequence >> 8 * u);
	}
}

static void
run(aead *a, const unsigned char *header, unsigned char *data, size_t len,
	unsigned char *tag, int encrypt)
{
	unsigned char nonce[AEAD_IV];

	make_nonce(a, nonce);
	if (a->suite->aead == SUITE_CHACHA20_POLY1305) {
		poly1305_simd_run(a->key.chacha20, nonce, data, len, header,
			AEAD_HEADER, tag, &chacha20_simd_run, encrypt);
	} else {
		br_gcm_context *gcm = &a->key.aes.gcm;

		br_gcm_reset(gcm, nonce, sizeof nonce);
		br_gcm_aad_inject(gcm, header, AEAD_HEADER);
		br_gcm_flip(gcm);
		br_gcm_run(gcm, encrypt, data, len);
		br_gcm_get_tag(gcm, tag);
	}
}

/* see aead.h */
void
aead_seal(aead *a, const unsigned char *header, unsigned char *data, size_t len)
{
	run(a, header, data, len, data + len, 1);
	a->sequence++;
}

/* see aead.h */
int
aead_open(aead *a, const unsigned char *header, unsigned char *data, size_t len)
{
	unsigned char tag[AEAD_TAG];
	unsigned char differs = 0;
	size_t u;

	run(a, header, data, len, tag, 0);
	for (u = 0; u < AEAD_TAG; u++) {
		differs |= tag[u] ^ data[len + u];
	}
	a->sequence += differs == 0;
	return differs == 0;
}
