/*
 * Application protocols (ALPN): what may be chosen, whatever the input is.
 */
#ifndef PROTOCOLS_H__
#define PROTOCOLS_H__

#include <stddef.h>
#include <stdint.h>
#include "host.h"

/* What a server and a client agree on: empty for none of them, and NULL if
   they must not go on. */
const char *
protocols_agreed(const role *server, const role *client);

/*
 * The one that was chosen, if there is one, is one that this side offers,
 * and that the peer has named in the handshake's plain part, where a server
 * of TLS 1.3 names none.
 */
void
protocols_check(const role *is, const uint8_t *peer_said, size_t len);

#endif
