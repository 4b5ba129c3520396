/*
 * RSA with a private key: ours, and BearSSL's.
 */
#include "bearssl.h"
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
