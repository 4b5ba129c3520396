#include "cbc-checked.h"
#include "inner.h"

static int
check_length(const br_sslrec_in_class *const *ctx, size_t len)
{
	const br_sslrec_in_cbc_context *cc = (const void *)ctx;

	return len % cc->bc.vtable->block_size == 0 &&
	       br_sslrec_in_cbc_vtable.inner.check_length(ctx, len);
}

static unsigned char *
decrypt(const br_sslrec_in_class **ctx, int type, unsigned version,
	void *payload, size_t *len)
{
	return br_sslrec_in_cbc_vtable.inner.decrypt(
		ctx, type, version, payload, len);
}

static void
init(const br_sslrec_in_cbc_class **ctx, const br_block_cbcdec_class *bc,
	const void *key, size_t key_len, const br_hash_class *dig,
	const void *mac_key, size_t mac_key_len, size_t mac_out_len,
	const void *iv)
{
	br_sslrec_in_cbc_vtable.init(ctx, bc, key, key_len, dig, mac_key,
		mac_key_len, mac_out_len, iv);
	*ctx = &cbc_checked_in;
}

/* see cbc-checked.h */
const br_sslrec_in_cbc_class cbc_checked_in = {
	{sizeof(br_sslrec_in_cbc_context), &check_length, &decrypt},
	&init,
};
