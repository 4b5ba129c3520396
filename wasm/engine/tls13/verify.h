/*
 * The proof that the peer has the key of its certificate (RFC 8446, 4.4.3).
 */
#ifndef TLS13_VERIFY_H__
#define TLS13_VERIFY_H__

#include <stddef.h>

/*
 * A CertificateVerify of a client or a server, about all messages before it.
 * Returns 0 or an error.
 */
int
verify_read(int of_client, const unsigned char *body, size_t len);

#endif
