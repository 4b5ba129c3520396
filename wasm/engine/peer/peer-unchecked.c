/*
 * A peer that is not verified: its key is taken from its certificate, which
 * no anchor need vouch for.
 */
#include "engine/peer/peer.h"
#include "late/late.h"

typedef struct {
	const br_x509_class *vtable;
	br_x509_decoder_context decoder;
	unsigned index;
} taker;

static taker any;

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	(void)ctx;
	(void)server_name;
	any.index = 0;
	br_x509_decoder_init(&any.decoder, NULL, NULL);
}

static void
start_cert(const br_x509_class **ctx, uint32_t length)
{
	(void)ctx;
	(void)length;
}

/*
 * Push no further after an error: BearSSL's decoder would resume behind the
 * failed check, and trust the length that was refused.
 */
static void
append(const br_x509_class **ctx, const unsigned char *buf, size_t len)
{
	(void)ctx;
	if (any.index == 0 && any.decoder.err == 0) {
		br_x509_decoder_push(&any.decoder, buf, len);
	}
}

static void
end_cert(const br_x509_class **ctx)
{
	(void)ctx;
	any.index++;
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	(void)ctx;
	return (unsigned)br_x509_decoder_last_error(&any.decoder);
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	(void)ctx;
	if (usages != NULL) {
		*usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN;
	}
	return br_x509_decoder_get_pkey(&any.decoder);
}

static const br_x509_class taker_vtable = {
	sizeof(taker),
	start_chain,
	start_cert,
	append,
	end_cert,
	end_chain,
	get_pkey,
};

/* see peer.h */
const br_x509_class **
peer_anyone(void)
{
	late_constants();
	any.vtable = &taker_vtable;
	return &any.vtable;
}
