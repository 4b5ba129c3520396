/*
 * CertificateVerify of ours (RFC 8446, 4.4.3): the keeper makes it.
 */
#include <string.h>
#include "context.h"
#include "labels.h"
#include "schemes.h"
#include "engine/abi.h"
#include "engine/errors.h"

/* see context.h */
void
signature_ask(void)
{
	transcript_hash(&tls13.transcript, tls13.scratch);
	tls13.scratch_len = label_hash_len(tls13.suite->hash);
	tls13.request = ENGINE_REQUEST_ATTEST;
	tls13.waits_for_keeper = 1;
}

/* Signature and length stand where the keeper left them. */
#define VERIFY_HEAD (MESSAGE_HEADER + 4)

/* see context.h */
int
signature_write(size_t len)
{
	writer out;

	tls13.waits_for_keeper = 0;
	if (len == 0 || len > SIGNATURE_MAX) {
		return ERR_NO_SIGNATURE;
	}
	memmove(tls13.scratch + VERIFY_HEAD, tls13.scratch, len);
	writer_init(&out, tls13.scratch, VERIFY_HEAD);
	writer_u8(&out, MESSAGE_CERTIFICATE_VERIFY);
	writer_u24(&out, (uint32_t)(4 + len));
	writer_u16(&out, tls13.scheme->id);
	writer_u16(&out, (uint32_t)len);
	flight_scratch(VERIFY_HEAD + len);
	return 0;
}
