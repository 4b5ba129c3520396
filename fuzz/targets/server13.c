/*
 * A server of TLS 1.3, and a client that seals whatever it wants: the input
 * is a list of what happens, each an operation, a length in two bytes, and
 * so many bytes. The first byte chooses a role.
 */
#include <string.h>
#include "check.h"
#include "host.h"
#include "recorded.h"
#include "roles13.h"
#include "engine/abi.h"
#include "engine/tls13/context.h"
#include "engine/tls13/finished.h"
#include "engine/tls13/labels.h"

#define OPERATION_HEADER 3
#define SAID_MAX (1 << 17)
#define INNER_MAX (RECORD_CONTENT_MAX + RECORD_EXPANSION_MAX)

/* What the client has sealed as data, and what was heard of it. */
static unsigned char said[SAID_MAX], heard[SAID_MAX], sent[1 << 18];
static size_t said_len, heard_len;

static void
send(const host *h)
{
	host_check_sent(sent, host_send(h, sent, sizeof sent));
}

/* Nobody hears what the client's keys didn't seal as data. */
static void
hear(const host *h)
{
	heard_len += host_hear(h, heard + heard_len, sizeof heard - heard_len);
	CHECK(heard_len <= said_len && memcmp(heard, said, heard_len) == 0);
}

static void
receive(const host *h, const unsigned char *data, size_t len)
{
	while (len > 0) {
		size_t taken = host_receive(h, data, len);

		send(h);
		hear(h);
		host_check(h);
		if (taken == 0) {
			return;
		}
		data += taken;
		len -= taken;
	}
}

static void
plain(const host *h, unsigned type, const uint8_t *data, size_t len)
{
	static unsigned char record[RECORD_HEADER + 0xFFFF];

	record[0] = (unsigned char)type;
	record[1] = record[2] = 3;
	record[3] = (unsigned char)(len >> 8);
	record[4] = (unsigned char)len;
	memcpy(record + RECORD_HEADER, data, len);
	receive(h, record, RECORD_HEADER + len);
}

static void
note_data(const unsigned char *inner, size_t len)
{
	while (len > 0 && inner[len - 1] == 0) {
		len--;
	}
	if (len > 0 && inner[len - 1] == RECORD_DATA &&
		len - 1 <= sizeof said - said_len) {
		memcpy(said + said_len, inner, len - 1);
		said_len += len - 1;
	}
}

/* Under the keys that the server reads with now, which are the client's. */
static void
sealed(const host *h, const uint8_t *inner, size_t len)
{
	static unsigned char record[RECORD_HEADER + INNER_MAX + AEAD_TAG];
	aead keys = tls13.in.keys;

	if (keys.suite == NULL || len > INNER_MAX) {
		return;
	}
	record[0] = RECORD_DATA;
	record[1] = record[2] = 3;
	record[3] = (unsigned char)((len + AEAD_TAG) >> 8);
	record[4] = (unsigned char)(len + AEAD_TAG);
	memcpy(record + RECORD_HEADER, inner, len);
	note_data(inner, len);
	aead_seal(&keys, record, record + RECORD_HEADER, len);
	receive(h, record, RECORD_HEADER + len + AEAD_TAG);
}

static void
sealed_as(const host *h, unsigned type, const uint8_t *data, size_t len)
{
	static unsigned char inner[INNER_MAX];

	if (len < sizeof inner) {
		memcpy(inner, data, len);
		inner[len] = (unsigned char)type;
		sealed(h, inner, len + 1);
	}
}

/* The right one, and something behind it in its record. */
static void
finished(const host *h, const uint8_t *behind, size_t len)
{
	static unsigned char content[INNER_MAX];
	unsigned char value[SUITE_HASH_MAX];
	size_t sum_len;

	if (tls13.expects != EXPECTS_CLIENT_FINISHED || tls13.error != 0) {
		return;
	}
	sum_len = label_hash_len(tls13.suite->hash);
	if (MESSAGE_HEADER + sum_len + len >= sizeof content) {
		return;
	}
	content[0] = MESSAGE_FINISHED;
	content[1] = content[2] = 0;
	content[3] = (unsigned char)sum_len;
	transcript_hash(&tls13.transcript, value);
	finished_sum(tls13.suite->hash, tls13.secrets.client, value,
		content + MESSAGE_HEADER);
	memcpy(content + MESSAGE_HEADER + sum_len, behind, len);
	sealed_as(h, RECORD_HANDSHAKE, content, MESSAGE_HEADER + sum_len + len);
}

static void
operate(const host *h, unsigned operation, const uint8_t *data, size_t len)
{
	switch (operation % 8) {
	case 0:
		receive(h, data, len);
		return;
	case 1:
		plain(h, RECORD_HANDSHAKE, data, len);
		return;
	case 2:
		sealed(h, data, len);
		return;
	case 3:
		finished(h, data, len);
		return;
	case 4:
		sealed_as(h, RECORD_HANDSHAKE, data, len);
		return;
	case 5:
		sealed_as(h, RECORD_DATA, data, len);
		return;
	case 6:
		host_end(h);
		send(h);
		return;
	default:
		host_say(h, data, len);
		send(h);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t signatures = recorded_signatures();
	const host *h;

	if (size < 1) {
		return 0;
	}
	h = host_at_start(&roles13[data[0] % ROLES13]);
	said_len = heard_len = 0;
	data++;
	size--;
	while (size >= OPERATION_HEADER) {
		size_t len = (size_t)data[1] << 8 | data[2];

		if (len > size - OPERATION_HEADER) {
			len = size - OPERATION_HEADER;
		}
		operate(h, data[0], data + OPERATION_HEADER, len);
		host_check(h);
		if ((engine_state() & ENGINE_ESTABLISHED) != 0) {
			host_ask(h);
		}
		data += OPERATION_HEADER + len;
		size -= OPERATION_HEADER + len;
	}
	CHECK(recorded_signatures() - signatures <= 1);
	engine_close();
	send(h);
	host_check(h);
	return 0;
}
