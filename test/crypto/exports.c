/*
 * Our implementations next to BearSSL's scalar ones, for test/crypto.
 */
#include "bearssl.h"
#include "crypto/chacha20-simd.h"
#include "export.h"

static unsigned char key[32], iv[12], data[65536];

EXPORT(key) unsigned char *get_key(void)
{
	return key;
}

EXPORT(iv) unsigned char *get_iv(void)
{
	return iv;
}

EXPORT(data) unsigned char *get_data(void)
{
	return data;
}

EXPORT(chacha20_simd)
uint32_t
chacha20_simd(uint32_t counter, size_t offset, size_t len)
{
	return chacha20_simd_run(key, iv, counter, data + offset, len);
}

EXPORT(chacha20_scalar)
uint32_t
chacha20_scalar(uint32_t counter, size_t offset, size_t len)
{
	return br_chacha20_ct_run(key, iv, counter, data + offset, len);
}
