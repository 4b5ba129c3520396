/*
 * Servers, and clients that get on with them; but the last ones share no protocol.
 */
#ifndef ROLES_H__
#define ROLES_H__

#include "host.h"

#define ROLES 13

/* The server first. */
extern const role roles[ROLES][2];

#endif
