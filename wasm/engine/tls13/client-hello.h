/*
 * A hello for TLS 1.3 and older versions, for the time before the server has
 * chosen between them.
 */
#ifndef TLS13_CLIENT_HELLO_H__
#define TLS13_CLIENT_HELLO_H__

#include <stddef.h>
#include "engine/reader.h"

/* The message that was sent, header and all. */
const unsigned char *
tls13_client_hello(size_t *len);

/* Is that the session that we made up? */
int
tls13_is_our_session(const reader *session_id);

/* Another protocol is spoken: no key of ours is needed any more. */
void
tls13_forget_client(void);

#endif
