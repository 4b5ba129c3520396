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

#endif
