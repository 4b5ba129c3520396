/*
 * See roles.h. Between them, they have every version, every kind of record
 * protection and every key exchange.
 */
#include "roles.h"
#include "engine/abi.h"

const role roles[ROLES][2] = {
	{{.profile = ENGINE_PROFILE_MODERN, .key = "p256"},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_MODERN,
			.peer = PEER_MUST_COME,
			.name = "server.test"}},
	{{.profile = ENGINE_PROFILE_MODERN,
		 .key = "p256",
		 .chooses = 1,
		 .peer = PEER_MUST_COME},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_MODERN,
			.key = "p256",
			.name = "server.test",
			.suite = 0xC02B}},
	{{.profile = ENGINE_PROFILE_LEGACY, .key = "rsa"},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_LEGACY,
			.suite = 0x002F,
			.version = 0x0301}},
	{{.profile = ENGINE_PROFILE_LEGACY,
		 .key = "rsa",
		 .peer = PEER_MAY_COME},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_LEGACY,
			.key = "rsa",
			.suite = 0xC012,
			.version = 0x0302}},
	{{.profile = ENGINE_PROFILE_COMPAT, .key = "p256"},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_COMPAT,
			.suite = 0xC0AE}},
	{{.profile = ENGINE_PROFILE_COMPAT, .key = "p256"},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_COMPAT,
			.suite = 0xC025}},
	{{.profile = ENGINE_PROFILE_COMPAT, .key = "rsa"},
		{.is_client = 1,
			.profile = ENGINE_PROFILE_COMPAT,
			.suite = 0x003D}},
};
