/*
 * A client that has said hello to servers of TLS 1.3 and of older versions,
 * and does not know yet which of them answers. Records are kept until the
 * ServerHello is whole; then the protocol of its version has them. What is no
 * ServerHello is BearSSL's to read, an alert for example.
 */
#include "abi.h"
#include "connection.h"
#include "errors.h"
#include "hello/first-message.h"
#include "hello/kept-records.h"
#include "hello/server-hello.h"
#include "tls12/enlarged-hello.h"
#include "tls13/client-hello.h"

static int
start(void)
{
	first_message_begin(SERVER_HELLO_TYPE, KEPT_ANSWER_MAX);
	return protocol_tls13.start();
}

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
	hand_over(&protocol_tls12);
}

static void
give_up(int error)
{
	conn.speaks = &protocol_tls13;
	kept_records_end();
	tls13_fail(error);
}

/*
 * Of a version before TLS 1.3. A server that has it says so in its random:
 * then somebody in between took it away (RFC 8446, 4.1.3). Our session was
 * made up for the sake of such boxes, so nobody can resume it (D.4).
 */
static void
take_older(const server_hello_frame *hello)
{
	if (server_hello_has_sentinel(hello)) {
		give_up(ERR_DOWNGRADE);
	} else if (tls13_is_our_session(&hello->session_id)) {
		give_up(ERR_ILLEGAL_VALUE);
	} else {
		become_tls12();
	}
}

static void
choose(const unsigned char *body, size_t len)
{
	server_hello_frame hello;

	if (!server_hello_frame_read(&hello, body, len)) {
		become_tls12();
	} else if (server_hello_has_versions(&hello)) {
		hand_over(&protocol_tls13);
	} else {
		take_older(&hello);
	}
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
	const unsigned char *body;

	if (channel == ENGINE_SENDREC) {
		protocol_tls13.ack(channel, len);
		return;
	}
	switch (first_message_ack(len)) {
	case FIRST_MESSAGE_MORE:
		break;
	case FIRST_MESSAGE_WHOLE:
		body = first_message_body(&len);
		choose(body, len);
		break;
	case FIRST_MESSAGE_OTHER:
		become_tls12();
		break;
	case FIRST_MESSAGE_LIMIT:
		give_up(ERR_TOO_FRAGMENTED);
		break;
	}
}

static void
flush(void)
{
}

/* close_notify is the same in all versions, and leaves behind the hello. */
static void
close(void)
{
	conn.speaks = &protocol_tls13;
	kept_records_end();
	protocol_tls13.close();
}

static uint32_t
state(void)
{
	return first_message_in_record() ? ENGINE_IN_RECORD : 0;
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
	known->server_name = conn.server_name;
	known->application_protocol = "";
}

static void
refuse(unsigned alert)
{
	(void)alert;
	__builtin_trap();
}

const protocol protocol_undecided_client = {
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
