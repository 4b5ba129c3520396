/*
 * See enlarged-hello.h. What BearSSL wrote itself is thrown away. Nothing in
 * it depends on those bytes but the random and the transcript, and both are
 * put right.
 */
#include <string.h>
#include "engine/protocol.h"
#include "inner.h"
#include "context.h"
#include "enlarged-hello.h"

/* In the message: behind its header and the version. */
#define RANDOM_AT 6

/* see enlarged-hello.h */
int
tls12_goes_on_from(const unsigned char *hello, size_t len)
{
	br_ssl_engine_context *eng = &tls12.side.engine;
	int err = protocol_tls12()->start();
	size_t unsent;

	if (err != 0) {
		return err;
	}
	while (br_ssl_engine_sendrec_buf(eng, &unsent) != NULL) {
		br_ssl_engine_sendrec_ack(eng, unsent);
	}
	memcpy(eng->client_random, hello + RANDOM_AT,
		sizeof eng->client_random);
	br_multihash_init(&eng->mhash);
	br_multihash_update(&eng->mhash, hello, len);
	tls12.offered_pss = 1;
	return 0;
}
