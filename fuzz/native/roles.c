/*
 * See roles.h. Between them, they have every version, every kind of record
 * protection, every key exchange, and every end of ALPN.
 */
#include "roles.h"
#include "engine/abi.h"

#define FIFTY "01234567890123456789012345678901234567890123456789"
#define LONGEST FIFTY FIFTY FIFTY FIFTY FIFTY

#define TLS12 .version = 0x0303
#define A_SERVER .profile = ENGINE_PROFILE_MODERN, .key = "p256"
#define NEWEST .is_client = 1, .profile = ENGINE_PROFILE_MODERN
#define A_CLIENT TLS12, .is_client = 1, .profile = ENGINE_PROFILE_MODERN

const role roles[ROLES][2] = {
	{{.profile = ENGINE_PROFILE_MODERN, .key = "p256"},
		{TLS12, .is_client = 1, .profile = ENGINE_PROFILE_MODERN,
			.peer = PEER_MUST_COME, .name = "server.test"}},
	{{.profile = ENGINE_PROFILE_MODERN,
		 .key = "p256",
		 .chooses = 1,
		 .peer = PEER_MUST_COME},
		{TLS12, .is_client = 1, .profile = ENGINE_PROFILE_MODERN,
			.key = "p256", .name = "server.test", .suite = 0xC02B}},
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
		{TLS12, .is_client = 1, .profile = ENGINE_PROFILE_COMPAT,
			.suite = 0xC0AE}},
	{{.profile = ENGINE_PROFILE_COMPAT, .key = "p256"},
		{TLS12, .is_client = 1, .profile = ENGINE_PROFILE_COMPAT,
			.suite = 0xC025}},
	{{.profile = ENGINE_PROFILE_COMPAT, .key = "rsa"},
		{TLS12, .is_client = 1, .profile = ENGINE_PROFILE_COMPAT,
			.suite = 0x003D}},

	/* Application protocols: the server's order counts. */
	{{A_SERVER, .protocols = {"h2", "http/1.1"}},
		{A_CLIENT, .protocols = {"http/1.1", "h2"}}},
	{{A_SERVER, .chooses = 1, .protocols = {"h2", "http/1.1"}},
		{A_CLIENT, .name = "server.test",
			.protocols = {"spdy/3", "http/1.1"}}},
	{{A_SERVER, .protocols = {"x", LONGEST "first", LONGEST "other"}},
		{A_CLIENT, .protocols = {LONGEST "other", LONGEST "first"}}},

	/* One side has none; and what one has, the other doesn't. */
	{{A_SERVER, .protocols = {"h2"}}, {A_CLIENT}},
	{{A_SERVER}, {A_CLIENT, .protocols = {"h2"}}},
	{{A_SERVER, .protocols = {"h2", "http"}},
		{A_CLIENT, .protocols = {"http/1.1", "h"}}},

	/* TLS 1.3: one hello for two versions, or for it alone. */
	{{A_SERVER}, {NEWEST, .peer = PEER_MUST_COME, .name = "server.test"}},
	{{A_SERVER, .chooses = 1, .peer = PEER_MUST_COME},
		{NEWEST, .key = "p256", .name = "server.test"}},
	{{.profile = ENGINE_PROFILE_STRICT,
		 .key = "rsa",
		 .peer = PEER_MAY_COME},
		{.is_client = 1, .profile = ENGINE_PROFILE_STRICT}},
	{{A_SERVER, .protocols = {"h2", "http/1.1"}},
		{NEWEST, .key = "p256", .protocols = {"http/1.1", "h2"}}},
	{{A_SERVER, .protocols = {"h2"}}, {NEWEST, .protocols = {"h"}}},

	/* One of them has nothing newer than TLS 1.2. */
	{{A_SERVER, TLS12}, {NEWEST, .name = "server.test"}},
	{{A_SERVER, TLS12, .chooses = 1, .protocols = {"h2"}},
		{NEWEST, .name = "server.test", .protocols = {"h2"}}},
	{{.profile = ENGINE_PROFILE_LEGACY, .key = "rsa", .version = 0x0301},
		{.is_client = 1, .profile = ENGINE_PROFILE_LEGACY}},
};
