/*
 * See roles13.h.
 */
#include "roles13.h"
#include "engine/abi.h"

#define A_SERVER .profile = ENGINE_PROFILE_MODERN

const role roles13[ROLES13] = {
	{A_SERVER, .key = "p256"},
	{A_SERVER, .key = "rsa", .peer = PEER_MAY_COME},
	{A_SERVER, .key = "p384", .chooses = 1,
		.protocols = {"h2", "http/1.1"}},
	{A_SERVER, .key = "p256", .peer = PEER_MUST_COME},
	{A_SERVER, .key = "p521", .protocols = {"http/1.1"}},
};

#define A_CLIENT .is_client = 1, .profile = ENGINE_PROFILE_MODERN

const role clients13[CLIENTS13] = {
	{A_CLIENT},
	{A_CLIENT, .name = "server.test", .peer = PEER_MUST_COME},
	{A_CLIENT, .key = "p256", .protocols = {"h2", "http/1.1"}},
	{A_CLIENT, .name = "server.test", .key = "rsa", .peer = PEER_MUST_COME},
	{.is_client = 1, .profile = ENGINE_PROFILE_STRICT},
};
