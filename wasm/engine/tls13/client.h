/*
 * What the files of a client's side have for each other.
 */
#ifndef TLS13_CLIENT_H__
#define TLS13_CLIENT_H__

#include "context.h"
#include "groups.h"
#include "crypto/mlkem.h"

/* What a client has yet to do before the server's turn; see client.c. */
typedef enum {
	CLIENT_WAITS,
	CLIENT_SAYS_HELLO_AGAIN,
	CLIENT_TAKES_KEYS,
	CLIENT_HAS_HEARD,
	CLIENT_SHOWS_CERTIFICATE,
	CLIENT_ATTESTS, /* ENGINE_AWAITS_KEEPER */
	CLIENT_FINISHES,
	CLIENT_IS_DONE
} client_step;

/* Names of protocols may take 32 times 256 bytes of a hello. */
#define CLIENT_HELLO_MAX 13056
#define COOKIE_MAX 1024

typedef struct {
	client_step step;
	int requested; /* a certificate is asked for */

	unsigned char random[32];

	/* The group of our best share, and the key to it; of the hybrid, the
	   key to its X25519 part, which may be a share of its own. */
	const tls13_group *group;
	int shows_x25519;
	unsigned char seed[MLKEM_PRIVATE_SEED];
	unsigned char share[GROUP_EC_SHARE_MAX];
	unsigned char private_key[GROUP_PRIVATE_MAX];
	size_t private_len;

	/* The session on offer, its ticket's age as it is told, and the hash of
	   its suite; NULL: there is none. Its key is in tls13.psk. */
	const br_hash_class *session_hash;
	uint32_t age;
	reader ticket;

	/* Sessions that came. */
	unsigned sessions;

	unsigned char cookie[COOKIE_MAX];
	size_t cookie_len;

	/* Our ClientHello: which hash it goes into is not known yet. Later a
	   session that came, for the host. */
	unsigned char hello[CLIENT_HELLO_MAX];
	size_t hello_len;
} client_context;

/* client-context.c: apart from the server's, which has its place in memory. */
extern client_context client;

/* client-hello-write.c: into client.hello. Returns 0 or an error. */
int
client_write_hello(void);

/* client-shares.c: new keys, for a share of that group; in the first hello,
   X25519's part of the hybrid is a share of its own, too. Returns 0 or an
   error. */
int
client_make_shares(const tls13_group *group);

/* client-shares.c: the content of key_share. Returns 0 or an error. */
int
client_write_shares(writer *out);

/* client-shares.c: is there a share of that group? */
int
client_has_share(const tls13_group *group);

/* client-shares.c: of the server's answer, tls13.shared; no key is left.
   Returns 0 or an error. */
int
client_take_answer(const tls13_group *group, const reader *answer);

/* client-session.c: conn.session is on offer, unless it is too old. */
void
client_session_begin(void);

/* client-session.c: pre_shared_key, the last extension of a hello, without its
   binder; and the binder, which is about all of the hello before it. */
void
client_session_write(writer *out);
void
client_session_bind(void);

/* server-hello-read.c: a ServerHello, or a HelloRetryRequest. Returns 0 or an
   error. */
typedef struct {
	int is_retry;
	const tls13_suite *suite;
	const tls13_group *group; /* NULL: not told */
	int resumes;              /* the session that we offered */
	reader share;
	reader cookie;
} server_hello;

int
server_hello_read(server_hello *out, const unsigned char *body, size_t len);

/* server-extensions-read.c: EncryptedExtensions and CertificateRequest. */
int
server_extensions_read(const unsigned char *body, size_t len);
int
certificate_request_read(const unsigned char *body, size_t len);

/* server-extensions-read.c: those of a NewSessionTicket. */
int
ticket_extensions_read(reader extensions);

#endif
