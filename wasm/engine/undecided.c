/*
 * A server that has not heard yet which protocol it is to speak. Records are
 * kept until the ClientHello is whole, wherever it was cut. Then the same
 * records go to TLS 1.3 if it is asked for, and to BearSSL otherwise, unless
 * the hello breaks a rule that BearSSL lets pass. What is no ClientHello, or
 * one of which the lengths don't fit in each other, or a very long one, is
 * BearSSL's to answer, so that what it says to garbage and to old clients
 * is what it always said.
 */
#include "alerts.h"
#include "abi.h"
#include "connection.h"
#include "errors.h"
#include "hello/client-hello.h"
#include "hello/first-message.h"
#include "hello/kept-records.h"
#include "tls12/refusal.h"
#include "undecided-common.h"

#define VERSION_TLS12 0x0303
#define VERSION_TLS13 0x0304

/* "I tried a newer version before" (RFC 7507). */
#define TLS_FALLBACK_SCSV 0x5600

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
	undecided_give_up(error);
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

/*
 * BearSSL goes by the field for one version alone. A list narrows what it may
 * choose from; where the two have nothing in common, there is no version.
 */
static int
heed_versions(const client_hello *read)
{
	unsigned max = conn.offer.max_version;

	if (max > VERSION_TLS12) {
		max = VERSION_TLS12;
	}
	if (max > read->version) {
		max = read->version;
	}
	return !client_hello_lists_versions(
		       read, conn.offer.min_version, max, &conn.listed_max) ||
	       conn.listed_max != 0;
}

/* A hello for TLS 1.2 or an older version. */
static void
judge(const client_hello *read)
{
	unsigned alert = PROTOCOL_VERSION;
	int err = heed_versions(read) ? client_hello_judge(read, 0, &alert)
				      : BR_ERR_UNSUPPORTED_VERSION;

	if (err == 0) {
		conn.lacking_curves = client_hello_lacks_curves(read);
		become(protocol_tls12());
		return;
	}
	kept_records_end();
	conn.speaks = protocol_tls12();
	conn.speaks->start();
	tls12_refuse(err, alert);
}

static void
become_tls13(void)
{
	if (first_message_had_empty()) {
		give_up(BR_ERR_UNEXPECTED);
	} else {
		become(&protocol_tls13);
	}
}

static void
choose(const unsigned char *body, size_t len)
{
	client_hello read;

	if (!client_hello_read(&read, body, len)) {
		become(protocol_tls12());
	} else if (offers_tls13() && client_hello_offers_tls13(&read)) {
		become_tls13();
	} else if (offers_tls13() && says_fallback(&read)) {
		give_up(ERR_FALLBACK);
	} else {
		judge(&read);
	}
}

static void
become_tls12(void)
{
	become(protocol_tls12());
}

static void
give_up_fragments(void)
{
	give_up(ERR_TOO_FRAGMENTED);
}

static int
start(void)
{
	static const first_message_answers answers = {
		choose, become_tls12, give_up_fragments, 0};

	first_message_begin(CLIENT_HELLO_TYPE, FIRST_MESSAGE_MAX, &answers);
	return 0;
}

static unsigned char *
buf(uint32_t channel, size_t *len)
{
	*len = 0;
	return channel == ENGINE_RECVREC ? first_message_room(len) : NULL;
}

static void
ack(uint32_t channel, size_t len)
{
	(void)channel;
	first_message_ack(len);
}

/* Before the client has said anything that could be understood. */
static void
close(void)
{
	become(protocol_tls12());
	conn.speaks->close();
}

const protocol protocol_undecided = UNDECIDED(start, buf, ack, close);
