/*
 * See undecided-common.h.
 */
#include "undecided-common.h"
#include "abi.h"
#include "connection.h"
#include "hello/first-message.h"
#include "hello/kept-records.h"

/* see undecided-common.h */
void
undecided_nothing_to_do(void)
{
}

/* see undecided-common.h */
uint32_t
undecided_state(void)
{
	return first_message_in_record() ? ENGINE_IN_RECORD : 0;
}

/* see undecided-common.h */
int
undecided_none(void)
{
	return 0;
}

/* see undecided-common.h */
void
undecided_facts(session_facts *known)
{
	known->version = 0;
	known->suite = 0;
	known->group = 0;
	known->resumed = 0;
	known->server_name = conn.is_client ? conn.server_name : "";
	known->application_protocol = "";
}

/* see undecided-common.h */
void
undecided_refuse(unsigned alert)
{
	(void)alert;
	__builtin_trap();
}

/* see undecided-common.h */
void
undecided_give_up(int error)
{
	conn.speaks = &protocol_tls13;
	kept_records_end();
	tls13_fail(error);
}
