/*
 * A protocol of this engine: what engine.c asks of TLS 1.2, of TLS 1.3, and
 * of what comes before either is chosen. A new protocol is one more table.
 * Each function is the part of abi.h that has its name.
 */
#ifndef PROTOCOL_H__
#define PROTOCOL_H__

#include <stddef.h>
#include <stdint.h>

/* What was negotiated, as far as it is known. */
typedef struct {
	unsigned version; /* on the wire; 0 for none yet */
	unsigned suite;
	unsigned group; /* a NamedGroup; 0 where no one asks for it */
	int resumed;
	const char *server_name; /* that the client asked for; or empty */
	const char *application_protocol; /* ALPN; or empty */
} session_facts;

/* What is wanted of the host; see engine_request. */
typedef struct {
	unsigned what; /* ENGINE_REQUEST_*; 0 for nothing */
	unsigned scheme;
	unsigned char *data;
	size_t len;  /* of the data */
	size_t room; /* for the answer, in the same place */
} host_request;

/* What engine_export makes; its label ends with a NUL. */
typedef struct {
	const char *label;
	const unsigned char *context; /* NULL for none */
	size_t context_len;
	unsigned char *out;
	size_t len;
} export_request;

typedef struct protocol {
	/* To the state before the first byte. Returns 0 or an error. */
	int (*start)(void);

	/* `len` gets what engine_buf_length tells; 0 goes with NULL. */
	unsigned char *(*buf)(uint32_t channel, size_t *len);
	void (*ack)(uint32_t channel, size_t len);
	void (*flush)(void);
	void (*close)(void);
	void (*end)(void);

	uint32_t (*state)(void);
	int (*last_error)(void);
	int (*alert_sent)(void);
	void (*facts)(session_facts *facts);

	/* In ENGINE_AWAITS_KEEPER: what for, and so long an answer is there.
	   NULL for a protocol that never is. */
	void (*request)(host_request *wanted);
	void (*answer)(size_t len);

	/* In ENGINE_AWAITS_CHAIN: the chain is in place; there is none. */
	int (*resume_with_chain)(void);

	/* Also in ENGINE_ESTABLISHED: the peer may not come in. */
	void (*refuse)(unsigned alert);

	/* In ENGINE_ESTABLISHED. NULL for a protocol that never is. */
	void (*export_keys)(const export_request *wanted);
} protocol;

/* tls12/tls12.c: BearSSL's engine, TLS 1.0 to 1.2. Its constants are in the
   memory from then on (late/late.h). */
const protocol *
protocol_tls12(void);

/* undecided.c: a server that waits for a ClientHello. */
extern const protocol protocol_undecided;

/* undecided-client.c: a client that waits for a ServerHello. */
extern const protocol protocol_undecided_client;

/* tls13/tls13.c: TLS 1.3. */
extern const protocol protocol_tls13;

/* tls13/tls13.c: after its start, give the connection up with that error. */
void
tls13_fail(int error);

#endif
