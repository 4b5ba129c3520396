/*
 * A client of TLS 1.3 and 1.2, and a server that seals whatever it wants;
 * sealer.h has what the input is. The first byte chooses a role.
 */
#include <string.h>
#include "check.h"
#include "recorded.h"
#include "roles13.h"
#include "sealer.h"
#include "engine/tls13/context.h"
#include "engine/tls13/labels.h"

/* The server's, whichever key the client has. */
#define KEY "p256"
#define SCHEME 0x0403

/* In a ServerHello: behind header, version, random and a length. */
#define SESSION_ID_AT (MESSAGE_HEADER + 2 + 32 + 1)

/* How many signatures were the server's. */
static size_t signatures;

/* A ServerHello or a HelloRetryRequest, with the session that the client
   made up. */
static void
hello(const uint8_t *data, size_t len)
{
	static unsigned char message[0xFFFF];

	memcpy(message, data, len);
	if (len >= SESSION_ID_AT + tls13.session_id_len) {
		memcpy(message + SESSION_ID_AT, tls13.session_id,
			tls13.session_id_len);
	}
	sealer_plain(RECORD_HANDSHAKE, message, len);
}

/* The right CertificateVerify, and something behind it. */
static void
verify(const uint8_t *behind, size_t len)
{
	static unsigned char
		message[MESSAGE_HEADER + 4 + SIGNATURE_MAX + 0xFFFF];
	unsigned char *signature = message + MESSAGE_HEADER + 4;
	size_t signature_len;

	if (tls13.expects != EXPECTS_SERVER_VERIFY || tls13.error != 0) {
		return;
	}
	transcript_hash(&tls13.transcript, signature);
	signature_len = recorded_attest_by(KEY, SCHEME, signature,
		label_hash_len(tls13.suite->hash), SIGNATURE_MAX);
	signatures++;
	message[0] = MESSAGE_CERTIFICATE_VERIFY;
	message[1] = message[2] = 0;
	message[3] = (unsigned char)(signature_len + 4);
	message[4] = SCHEME >> 8;
	message[5] = SCHEME & 0xFF;
	message[6] = 0;
	message[7] = (unsigned char)signature_len;
	memcpy(signature + signature_len, behind, len);
	sealer_sealed(RECORD_HANDSHAKE, message,
		MESSAGE_HEADER + 4 + signature_len + len);
}

static void
operate(unsigned operation, const uint8_t *data, size_t len)
{
	switch (operation % 10) {
	case 7:
		hello(data, len);
		return;
	case 8:
		verify(data, len);
		return;
	default:
		sealer_operate(operation % 10, data, len);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before = recorded_signatures();

	if (size < 1) {
		return 0;
	}
	signatures = 0;
	/* Loaded before the engine is entered. */
	recorded_key(KEY);
	sealer_play(
		&clients13[data[0] % CLIENTS13], data + 1, size - 1, operate);
	CHECK(recorded_signatures() - before <= signatures + 1);
	return 0;
}
