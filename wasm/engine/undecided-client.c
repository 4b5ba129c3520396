/*
 * A client that has said hello to servers of TLS 1.3 and of older versions,
 * and does not know yet which of them answers. Records are kept until the
 * ServerHello is whole; then the protocol of its version has them. A
 * ChangeCipherSpec in front of it is dropped by TLS 1.3, and an error before
 * that. What is no ServerHello is BearSSL's to read, an alert for example.
 */
#include "abi.h"
#include "bearssl.h"
#include "connection.h"
#include "errors.h"
#include "hello/first-message.h"
#include "hello/kept-records.h"
#include "hello/server-hello.h"
#include "tls12/enlarged-hello.h"
#include "tls13/client-hello.h"
#include "tls13/record-in.h"
#include "undecided-common.h"

static void
hand_over(const protocol *chosen)
{
	conn.speaks = chosen;
	kept_records_replay(chosen);
	kept_records_end();
}

/* BearSSL goes on, as if the hello were its own. */
static void
become_tls12(void)
{
	size_t len;
	const unsigned char *hello = tls13_client_hello(&len);
	int err = tls12_goes_on_from(hello, len);

	tls13_forget_client();
	if (err != 0) {
		__builtin_trap();
	}
	hand_over(protocol_tls12());
}

/*
 * Of a version before TLS 1.3. Our session is made up for middleboxes (D.4),
 * and no server has it to resume.
 */
static void
take_older(const server_hello_frame *hello)
{
	if (tls13_is_our_session(&hello->session_id)) {
		undecided_give_up(ERR_ILLEGAL_VALUE);
	} else {
		become_tls12();
	}
}

static void
choose(const unsigned char *body, size_t len)
{
	server_hello_frame hello;

	if (!server_hello_frame_read(&hello, body, len)) {
		undecided_give_up(BR_ERR_BAD_HANDSHAKE);
	} else if (server_hello_has_versions(&hello)) {
		hand_over(&protocol_tls13);
	} else {
		take_older(&hello);
	}
}

/* BearSSL ignores empty records, whatever their type. */
static void
take_other(void)
{
	if (first_message_is_empty()) {
		undecided_give_up(BR_ERR_UNEXPECTED);
	} else {
		become_tls12();
	}
}

static void
give_up_fragments(void)
{
	undecided_give_up(ERR_TOO_FRAGMENTED);
}

static int
start(void)
{
	static const first_message_answers answers = {
		choose, take_other, give_up_fragments, RECORD_CCS_MAX};

	first_message_begin(SERVER_HELLO_TYPE, KEPT_ANSWER_MAX, &answers);
	return protocol_tls13.start();
}

/* The hello leaves first: where it is, records are gathered then. */
static unsigned char *
buf(uint32_t channel, size_t *len)
{
	unsigned char *unsent = protocol_tls13.buf(ENGINE_SENDREC, len);

	if (channel == ENGINE_SENDREC) {
		return unsent;
	}
	*len = 0;
	return channel == ENGINE_RECVREC && unsent == NULL
		       ? first_message_room(len)
		       : NULL;
}

static void
ack(uint32_t channel, size_t len)
{
	if (channel == ENGINE_SENDREC) {
		protocol_tls13.ack(channel, len);
	} else {
		first_message_ack(len);
	}
}

/* close_notify is the same in all versions, and leaves behind the hello. */
static void
close(void)
{
	conn.speaks = &protocol_tls13;
	kept_records_end();
	protocol_tls13.close();
}

const protocol protocol_undecided_client = UNDECIDED(start, buf, ack, close);
