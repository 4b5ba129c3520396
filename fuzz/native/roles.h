/*
 * Servers, and clients that get on with them.
 */
#ifndef ROLES_H__
#define ROLES_H__

#include "host.h"

#define ROLES 7

/* The server first. */
extern const role roles[ROLES][2];

#endif
