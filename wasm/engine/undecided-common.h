/*
 * What both sides have in common while the protocol is not chosen: those parts
 * of protocol.h to which there is one answer.
 */
#ifndef UNDECIDED_COMMON_H__
#define UNDECIDED_COMMON_H__

#include "protocol.h"

/* flush, and end */
void
undecided_nothing_to_do(void);

uint32_t
undecided_state(void);

/* last_error, alert_sent, resume_with_chain */
int
undecided_none(void);

void
undecided_facts(session_facts *known);

/* A chain is asked for by a protocol only. */
void
undecided_refuse(unsigned alert);

/* TLS 1.3 has been started: it gives the connection up, with that error. */
void
undecided_give_up(int error);

/* A protocol of four functions of its own, and for the rest these. */
#define UNDECIDED(start_, buf_, ack_, close_) \
	{ \
		.start = start_, .buf = buf_, .ack = ack_, \
		.flush = undecided_nothing_to_do, .close = close_, \
		.end = undecided_nothing_to_do, .state = undecided_state, \
		.last_error = undecided_none, .alert_sent = undecided_none, \
		.facts = undecided_facts, .resume_with_chain = undecided_none, \
		.refuse = undecided_refuse, \
	}

#endif
