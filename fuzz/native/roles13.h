/*
 * Servers that have TLS 1.3: with each kind of key, a chain that is chosen
 * by name, application protocols, and with clients that may or must have a
 * certificate.
 */
#ifndef ROLES13_H__
#define ROLES13_H__

#include "host.h"

#define ROLES13 5

extern const role roles13[ROLES13];

/*
 * Clients that have TLS 1.3, and TLS 1.2 in the same hello: that verify the
 * server or don't, with a certificate of their own, with application
 * protocols, and with TLS 1.3 alone.
 */
#define CLIENTS13 5

extern const role clients13[CLIENTS13];

#endif
