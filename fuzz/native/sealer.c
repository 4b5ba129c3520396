/*
 * See sealer.h.
 */
#include <string.h>
#include "check.h"
#include "sealer.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "engine/tls13/context.h"
#include "engine/tls13/finished.h"
#include "engine/tls13/labels.h"

#define OPERATION_HEADER 3
#define SAID_MAX (1 << 17)
#define INNER_MAX (RECORD_CONTENT_MAX + RECORD_EXPANSION_MAX)

/* The engine's side. */
static const host *engine;

/* What the peer has sealed as data, and what was heard of it. */
static unsigned char said[SAID_MAX], heard[SAID_MAX], sent[1 << 18];
static size_t said_len, heard_len;

static void
send(void)
{
	host_check_sent(sent, host_send(engine, sent, sizeof sent));
}

static void
hear(void)
{
	heard_len +=
		host_hear(engine, heard + heard_len, sizeof heard - heard_len);
	CHECK(heard_len <= said_len && memcmp(heard, said, heard_len) == 0);
}

/* see sealer.h */
void
sealer_raw(const uint8_t *data, size_t len)
{
	while (len > 0) {
		size_t taken = host_receive(engine, data, len);

		send();
		hear();
		host_check(engine);
		if (taken == 0) {
			return;
		}
		data += taken;
		len -= taken;
	}
}

static void
write_header(unsigned char *record, unsigned type, size_t len)
{
	record[0] = (unsigned char)type;
	record[1] = record[2] = 3;
	record[3] = (unsigned char)(len >> 8);
	record[4] = (unsigned char)len;
}

/* see sealer.h */
void
sealer_plain(unsigned type, const uint8_t *data, size_t len)
{
	static unsigned char record[RECORD_HEADER + 0xFFFF];

	write_header(record, type, len);
	memcpy(record + RECORD_HEADER, data, len);
	sealer_raw(record, RECORD_HEADER + len);
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

/* see sealer.h */
void
sealer_inner(const uint8_t *inner, size_t len)
{
	static unsigned char record[RECORD_HEADER + INNER_MAX + AEAD_TAG];
	aead keys = tls13.in.keys;

	if (keys.suite == NULL || len > INNER_MAX) {
		return;
	}
	write_header(record, RECORD_DATA, len + AEAD_TAG);
	memcpy(record + RECORD_HEADER, inner, len);
	note_data(inner, len);
	aead_seal(&keys, record, record + RECORD_HEADER, len);
	sealer_raw(record, RECORD_HEADER + len + AEAD_TAG);
}

/* see sealer.h */
void
sealer_sealed(unsigned type, const uint8_t *data, size_t len)
{
	static unsigned char inner[INNER_MAX];

	if (len < sizeof inner) {
		memcpy(inner, data, len);
		inner[len] = (unsigned char)type;
		sealer_inner(inner, len + 1);
	}
}

static int
is_peers_turn_to_finish(void)
{
	return tls13.expects == (conn.is_client ? EXPECTS_SERVER_FINISHED
						: EXPECTS_CLIENT_FINISHED);
}

/* see sealer.h */
void
sealer_finished(const uint8_t *behind, size_t len)
{
	static unsigned char content[INNER_MAX];
	unsigned char value[SUITE_HASH_MAX];
	size_t sum_len;

	if (!is_peers_turn_to_finish() || tls13.error != 0) {
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
	finished_sum(tls13.suite->hash,
		conn.is_client ? tls13.secrets.server : tls13.secrets.client,
		value, content + MESSAGE_HEADER);
	memcpy(content + MESSAGE_HEADER + sum_len, behind, len);
	sealer_sealed(
		RECORD_HANDSHAKE, content, MESSAGE_HEADER + sum_len + len);
}

/* see sealer.h */
void
sealer_say(const uint8_t *data, size_t len)
{
	host_say(engine, data, len);
	send();
}

/* see sealer.h */
void
sealer_end(void)
{
	host_end(engine);
	send();
}

/* see sealer.h */
void
sealer_operate(unsigned operation, const uint8_t *data, size_t len)
{
	switch (operation) {
	case 0:
		sealer_raw(data, len);
		return;
	case 1:
		sealer_plain(RECORD_HANDSHAKE, data, len);
		return;
	case 2:
		sealer_inner(data, len);
		return;
	case 3:
		sealer_finished(data, len);
		return;
	case 4:
		sealer_sealed(RECORD_HANDSHAKE, data, len);
		return;
	case 5:
		sealer_sealed(RECORD_DATA, data, len);
		return;
	case 6:
		sealer_end();
		return;
	default:
		sealer_say(data, len);
	}
}

/* see sealer.h */
void
sealer_play(const role *is, const uint8_t *data, size_t size,
	sealer_operation operate)
{
	engine = host_at_start(is);
	said_len = heard_len = 0;
	send();
	while (size >= OPERATION_HEADER) {
		size_t len = (size_t)data[1] << 8 | data[2];

		if (len > size - OPERATION_HEADER) {
			len = size - OPERATION_HEADER;
		}
		operate(data[0], data + OPERATION_HEADER, len);
		host_check(engine);
		if ((engine_state() & ENGINE_ESTABLISHED) != 0) {
			host_ask(engine);
		}
		data += OPERATION_HEADER + len;
		size -= OPERATION_HEADER + len;
	}
	engine_close();
	send();
	host_check(engine);
}
