/*
 * See roles13.h.
 */
#include "roles13.h"
#include "engine/abi.h"

#define A_SERVER .profile = ENGINE_PROFILE_NEXT

const role roles13[ROLES13] = {
	{A_SERVER, .key = "p256"},
	{A_SERVER, .key = "rsa", .peer = PEER_MAY_COME},
	{A_SERVER, .key = "p384", .chooses = 1,
		.protocols = {"h2", "http/1.1"}},
	{A_SERVER, .key = "p256", .peer = PEER_MUST_COME},
	{A_SERVER, .key = "p521", .protocols = {"http/1.1"}},
};
