/*
 * Servers, and clients that get on with them, but for those that share no
 * application protocol. TLS 1.3 comes last.
 */
#ifndef ROLES_H__
#define ROLES_H__

#include "host.h"

#define ROLES 21

/* The server first. */
extern const role roles[ROLES][2];

#endif
