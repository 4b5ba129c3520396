/*
 * What a server chooses: always the first of ours that the client has.
 */
#include <string.h>
#include "choice.h"
#include "groups.h"
#include "schemes.h"
#include "engine/connection.h"
#include "engine/errors.h"

/* see choice.h */
int
choose_suite(const client_offer *offer)
{
	const tls13_suite *suite;
	size_t n;

	for (n = 0; (suite = suite_at(n)) != NULL; n++) {
		if (client_offer_has(offer->hello.suites, suite->id)) {
			tls13.suite = suite;
			return 0;
		}
	}
	return ERR_NO_COMMON_SUITE;
}

/* see choice.h */
int
choose_group(const client_offer *offer, reader *share)
{
	const tls13_group *group, *common = NULL;
	size_t n;

	memset(share, 0, sizeof *share);
	for (n = 0; (group = group_at(n)) != NULL; n++) {
		*share = client_offer_share(offer, group->id);
		if (share->left > 0) {
			tls13.group = group;
			return 0;
		}
		if (common == NULL &&
			client_offer_has(offer->groups, group->id)) {
			common = group;
		}
	}
	tls13.group = common;
	return common == NULL ? ERR_NO_COMMON_GROUP : 0;
}

static int
offers_protocol(reader list, const char *name)
{
	size_t len = strlen(name);

	while (list.left > 0) {
		reader one = reader_vector8(&list);

		if (one.left == len && memcmp(one.data, name, len) == 0) {
			return 1;
		}
	}
	return 0;
}

/* see choice.h */
int
choose_protocol(const client_offer *offer)
{
	size_t u;

	tls13.protocol = NULL;
	if (!offer->has_protocols || conn.protocols_len == 0) {
		return 0;
	}
	for (u = 0; u < conn.protocols_len; u++) {
		if (offers_protocol(offer->protocols, conn.protocols[u])) {
			tls13.protocol = conn.protocols[u];
			return 0;
		}
	}
	return ERR_NO_COMMON_PROTOCOL;
}

/* see choice.h */
void
note_schemes(const client_offer *offer)
{
	reader list = offer->schemes;

	tls13.schemes = 0;
	while (list.left > 0) {
		int number = scheme_number(reader_u16(&list));

		if (number >= 0) {
			tls13.schemes |= 1U << number;
		}
	}
}

/* see choice.h */
int
choose_scheme(void)
{
	const tls13_scheme *scheme;
	size_t n;

	for (n = 0; (scheme = scheme_at(n)) != NULL; n++) {
		if ((tls13.schemes >> n & 1) != 0 &&
			scheme_fits(scheme, &conn.key)) {
			tls13.scheme = scheme;
			return 0;
		}
	}
	return ERR_NO_COMMON_SCHEME;
}
