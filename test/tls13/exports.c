/*
 * The key schedule and the records of TLS 1.3 alone, for tests that have
 * their values from elsewhere. `in` and `out` are buffers of the host's.
 */
#include <string.h>
#include "engine/tls13/finished.h"
#include "engine/tls13/key-schedule.h"
#include "engine/tls13/labels.h"
#include "engine/tls13/record-in.h"
#include "engine/tls13/record-out.h"
#include "engine/tls13/transcript.h"
#include "export.h"

static unsigned char input[65536], output[65536];
static secrets schedule;
static unsigned char psk[SUITE_HASH_MAX];
static transcript messages;
static record_in receiver;
static record_out sender;
static unsigned char received[RECORD_IN_SIZE], sent[RECORD_OUT_SIZE];

EXPORT(input) unsigned char *input_buffer(void)
{
	return input;
}

EXPORT(output) unsigned char *output_buffer(void)
{
	return output;
}

EXPORT(early)
void
early(uint32_t suite, size_t psk_len)
{
	memcpy(psk, input, sizeof psk);
	secrets_early(&schedule, suite_of(suite)->hash,
		psk_len > 0 ? input : NULL, psk_len);
}

EXPORT(binder_key)
void
binder_key(void)
{
	secrets_binder_key(schedule.hash, psk, output);
}

/* The exchange's secret, and the transcript's hash behind it. */
EXPORT(handshake)
void
handshake(size_t shared_len)
{
	secrets_handshake(&schedule, input, shared_len, input + shared_len);
}

EXPORT(application)
void
application(int exports)
{
	secrets_application(&schedule, input, exports);
}

EXPORT(finish)
void
finish(int resumes)
{
	secrets_finish(&schedule, input, resumes);
}

/* The secret in `input` after a KeyUpdate. */
EXPORT(update)
void
update(void)
{
	secrets_update(&schedule, input);
}

EXPORT(secret)
unsigned char *
secret(uint32_t which)
{
	switch (which) {
	case 0:
		return schedule.stage;
	case 1:
		return schedule.client;
	case 2:
		return schedule.client_next;
	case 3:
		return schedule.server;
	case 4:
		return schedule.exporter;
	default:
		return schedule.resumption;
	}
}

/* What there is of it: all of it, but for the hash's address. */
EXPORT(secrets_len)
size_t
secrets_len(void)
{
	return sizeof schedule - offsetof(secrets, stage);
}

EXPORT(begin)
void
begin(uint32_t suite)
{
	transcript_begin(&messages, suite_of(suite)->hash);
}

EXPORT(add)
void
add(size_t len)
{
	transcript_add(&messages, input, len);
}

EXPORT(retry)
void
retry(void)
{
	transcript_retry(&messages);
}

EXPORT(hash)
void
hash(void)
{
	transcript_hash(&messages, output);
}

/* A secret in `input`, the transcript's hash behind it; its sum, or is that
   at the next place the sum? */
EXPORT(finished)
void
finished(uint32_t suite)
{
	const br_hash_class *class = suite_of(suite)->hash;

	finished_sum(class, input, input + label_hash_len(class), output);
}

EXPORT(is_finished)
int
is_finished(uint32_t suite, size_t len)
{
	const br_hash_class *class = suite_of(suite)->hash;
	size_t hash_len = label_hash_len(class);

	return finished_matches(
		class, input, input + hash_len, input + 2 * hash_len, len);
}

/* A label in `input`, ended by a NUL, then a secret, then a context. */
EXPORT(expand)
void
expand(uint32_t suite, size_t context_len, size_t len)
{
	const br_hash_class *class = suite_of(suite)->hash;
	const unsigned char *key = input + strlen((char *)input) + 1;

	label_expand(class, key, (char *)input, key + label_hash_len(class),
		context_len, output, len);
}

/* Both directions begin anew; `input` is the traffic secret. */
EXPORT(records)
void
records(uint32_t suite)
{
	record_in_init(&receiver, received);
	record_out_init(&sender, sent);
	if (suite != 0) {
		record_in_rekey(&receiver, suite_of(suite), input);
		record_out_rekey(&sender, suite_of(suite), input);
	}
}

/* The same keys for the records that follow. Returns an error's number. */
EXPORT(rekey)
int
rekey(uint32_t suite)
{
	record_out_rekey(&sender, suite_of(suite), input);
	return record_in_rekey(&receiver, suite_of(suite), input);
}

/* What a peer may do. */
EXPORT(allow)
void
allow(uint32_t ccs, int plain_alerts, size_t early_data)
{
	receiver.ccs_allowed = ccs;
	receiver.plain_alerts = plain_alerts;
	receiver.skippable = early_data;
}

EXPORT(partial)
void
partial(size_t len)
{
	receiver.partial = len;
}

/* So many bytes of `input` came. Returns how many there was room for, or an
   error's number, negative. */
EXPORT(receive)
int
receive(size_t len)
{
	size_t taken = 0;

	while (taken < len) {
		size_t room;
		unsigned char *p = record_in_room(&receiver, &room);
		int err;

		if (p == NULL) {
			break;
		}
		if (room > len - taken) {
			room = len - taken;
		}
		memcpy(p, input + taken, room);
		err = record_in_ack(&receiver, room);
		if (err != 0) {
			return -err;
		}
		taken += room;
	}
	return (int)taken;
}

/* The type of the record that is open, 0 for none; its content's length. */
EXPORT(type)
uint32_t
type(void)
{
	return receiver.is_open ? receiver.type : 0;
}

EXPORT(left)
size_t
left(void)
{
	return receiver.left;
}

EXPORT(content)
const unsigned char *
content(void)
{
	return receiver.content;
}

EXPORT(take)
void
take(size_t len)
{
	record_in_take(&receiver, len);
}

/* Content of that type out of `input`. Returns how much there was room for. */
EXPORT(gather)
size_t
gather(uint32_t type, size_t len)
{
	size_t room;
	unsigned char *p = record_out_room(&sender, type, &room);

	if (room > len) {
		room = len;
	}
	if (room > 0) {
		memcpy(p, input, room);
		record_out_add(&sender, room);
	}
	return room;
}

EXPORT(seal)
void
seal(void)
{
	record_out_seal(&sender);
}

EXPORT(put)
void
put(uint32_t type, size_t len)
{
	record_out_put(&sender, type, input, len);
}

/* A KeyUpdate's five bytes in `input`, and the next secret behind them. */
EXPORT(rekey_in_front)
void
rekey_in_front(uint32_t suite)
{
	record_out_rekey_in_front(
		&sender, input, suite_of(suite), input + RECORD_UPDATE_CONTENT);
}

EXPORT(content_max)
void
content_max(size_t max)
{
	sender.content_max = max;
}

/* What is for the network goes to `output`. Returns its length. */
EXPORT(send)
size_t
send(void)
{
	size_t len;
	unsigned char *p = record_out_buf(&sender, &len);

	if (len > 0) {
		memcpy(output, p, len);
		record_out_ack(&sender, len);
	}
	return len;
}
