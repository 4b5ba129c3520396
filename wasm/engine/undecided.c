/*
 * A server that has not heard yet which protocol it is to speak. Records are
 * kept until the ClientHello is whole, wherever it was cut. Then the same
 * records go to TLS 1.3 if it is asked for, and to BearSSL otherwise, unless
 * the hello breaks a rule that BearSSL lets pass. What is no ClientHello, or
 * one of which the lengths don't fit in each other, or a very long one, is
 * BearSSL's to answer, so that what it says to garbage and to old clients
 * is what it always said.
 */
#include <string.h>
#include "abi.h"
#include "connection.h"
#include "errors.h"
#include "inner.h"
#include "hello/client-hello.h"
#include "hello/kept-records.h"
#include "tls12/refusal.h"

#define RECORD_HEADER 5
#define RECORD_MAX 16384
#define RECORD_HANDSHAKE 22
#define MAJOR_VERSION 3

/* Of a message's body. */
#define HELLO_MAX 16384

#define VERSION_TLS13 0x0304

/* "I tried a newer version before" (RFC 7507). */
#define TLS_FALLBACK_SCSV 0x5600

/*
 * No protocol uses the buffer of records yet: in it are the record that
 * comes, and behind it the message so far.
 */
static unsigned char *const record = conn.records;
static unsigned char *const hello = conn.records + RECORD_HEADER + RECORD_MAX;

#if HELLO_SEEN_LEN > RECORD_HEADER + RECORD_MAX
#error "the record's room is too small to judge a hello in"
#endif
#if RECORD_HEADER + RECORD_MAX + MESSAGE_HEADER + HELLO_MAX > \
	BR_SSL_BUFSIZE_BIDI
#error "the message doesn't fit"
#endif

static size_t record_len; /* that has come */
static size_t hello_len;
static unsigned char minor_version; /* of the first record */

static int
start(void)
{
	record_len = 0;
	hello_len = 0;
	return 0;
}

static size_t
body_length(void)
{
	return br_dec16be(record + 3);
}

/*
 * Let that protocol have what came, as if it had been there from the start.
 * One that fails in the middle of it takes no more.
 */
static void
become(const protocol *chosen)
{
	int err = chosen->start();

	conn.speaks = chosen;
	if (err != 0) {
		__builtin_trap();
	}
	kept_records_replay(chosen);

	/* Only BearSSL has to have them once more, for want of a chain. */
	if (chosen == &protocol_tls13 || conn.chain_len > 0) {
		kept_records_end();
	}
}

/* An alert in the clear is the same in all versions. */
static void
give_up(int error)
{
	protocol_tls13.start();
	conn.speaks = &protocol_tls13;
	kept_records_end();
	tls13_fail(error);
}

static int
says_fallback(const client_hello *read)
{
	reader suites = read->suites;

	while (suites.left > 0) {
		if (reader_u16(&suites) == TLS_FALLBACK_SCSV) {
			return 1;
		}
	}
	return 0;
}

static int
offers_tls13(void)
{
	return conn.offer.max_version >= VERSION_TLS13;
}

/* A hello for TLS 1.2 or an older version. */
static void
judge(const client_hello *read)
{
	unsigned alert;
	int err = client_hello_judge(read, record, &alert);

	if (err == 0) {
		become(&protocol_tls12);
		return;
	}
	kept_records_end();
	conn.speaks = &protocol_tls12;
	protocol_tls12.start();
	tls12_refuse(err, alert);
}

static void
choose(const unsigned char *body, size_t len)
{
	client_hello read;

	if (!client_hello_read(&read, body, len)) {
		become(&protocol_tls12);
	} else if (offers_tls13() && client_hello_offers_tls13(&read)) {
		become(&protocol_tls13);
	} else if (offers_tls13() && says_fallback(&read)) {
		give_up(ERR_FALLBACK);
	} else {
		judge(&read);
	}
}

/* Could this still become a ClientHello that we can keep? All its records
   have the version of the first one. */
static int
header_is_good(void)
{
	size_t len = body_length();

	if (hello_len == 0) {
		minor_version = record[2];
	}
	return record[0] == RECORD_HANDSHAKE && record[1] == MAJOR_VERSION &&
	       record[2] == minor_version && len > 0 && len <= RECORD_MAX &&
	       hello_len + len <= MESSAGE_HEADER + HELLO_MAX;
}

/* The length that the message says, header and all; 0: not known yet. */
static size_t
hello_length(void)
{
	if (hello_len < MESSAGE_HEADER) {
		return 0;
	}
	return MESSAGE_HEADER +
	       ((size_t)hello[1] << 16 | br_dec16be(hello + 2));
}

static void
take_record(void)
{
	size_t len = body_length();
	size_t due;

	memcpy(hello + hello_len, record + RECORD_HEADER, len);
	hello_len += len;
	record_len = 0;
	due = hello_length();
	if (hello[0] != CLIENT_HELLO_TYPE || due > MESSAGE_HEADER + HELLO_MAX) {
		become(&protocol_tls12);
	} else if (due != 0 && hello_len >= due) {
		choose(hello + MESSAGE_HEADER, due - MESSAGE_HEADER);
	}
}

static unsigned char *
buf(uint32_t channel, size_t *len)
{
	*len = 0;
	if (channel != ENGINE_RECVREC) {
		return NULL;
	}
	*len = RECORD_HEADER - record_len;
	if (record_len >= RECORD_HEADER) {
		*len += body_length();
	}
	return record + record_len;
}

static void
ack(uint32_t channel, size_t len)
{
	(void)channel;
	if (kept_records_append(record + record_len, len) != 0) {
		give_up(ERR_TOO_FRAGMENTED);
		return;
	}
	record_len += len;
	if (record_len < RECORD_HEADER) {
		return;
	}
	if (!header_is_good()) {
		become(&protocol_tls12);
	} else if (record_len == RECORD_HEADER + body_length()) {
		take_record();
	}
}

static void
flush(void)
{
}

/* Before the client has said anything that could be understood. */
static void
close(void)
{
	become(&protocol_tls12);
	protocol_tls12.close();
}

static uint32_t
state(void)
{
	return record_len > 0 ? ENGINE_IN_RECORD : 0;
}

static int
nothing(void)
{
	return 0;
}

static void
facts(session_facts *known)
{
	known->version = 0;
	known->suite = 0;
	known->group = 0;
	known->server_name = "";
	known->application_protocol = "";
}

static void
refuse(unsigned alert)
{
	(void)alert;
	__builtin_trap();
}

const protocol protocol_undecided = {
	start,
	buf,
	ack,
	flush,
	close,
	flush,
	state,
	nothing,
	nothing,
	facts,
	NULL,
	NULL,
	nothing,
	refuse,
};
