/*
 * What an engine is told before it starts. No protocol is known yet, so
 * this only takes note; a protocol's `start` makes use of it.
 */
#include <string.h>
#include "abi.h"
#include "arena.h"
#include "connection.h"
#include "peer/peer.h"
#include "peer/trust-anchors.h"
#include "tls13/groups.h"

/* A list of names in a CertificateRequest has a length of 16 bits (RFC
   5246, 7.4.4). */
#define NAMES_MAX 65535

/* see abi.h */
void *
engine_alloc(size_t len)
{
	return arena_alloc(len);
}

/* see abi.h */
int
engine_server(uint32_t profile)
{
	conn.profile = profile;
	return profile_offer(profile, &conn.offer);
}

/* see abi.h */
int
engine_client(uint32_t profile)
{
	conn.is_client = 1;
	conn.profile = profile;
	return profile_offer(profile, &conn.offer);
}

/* see abi.h */
int
engine_limit_versions(uint32_t min, uint32_t max)
{
	offer *offered = &conn.offer;

	if (offered->min_version < min) {
		offered->min_version = min;
	}
	if (offered->max_version > max) {
		offered->max_version = max;
	}
	return offered->min_version > offered->max_version
		       ? BR_ERR_UNSUPPORTED_VERSION
		       : 0;
}

/* see abi.h */
int
engine_set_server_name(const void *ascii, size_t len)
{
	if (len >= sizeof conn.server_name) {
		return BR_ERR_BAD_PARAM;
	}
	memcpy(conn.server_name, ascii, len);
	conn.server_name[len] = 0;
	return 0;
}

/* see abi.h */
int
engine_add_certificate(const void *der, size_t len)
{
	if (conn.chain_len == CHAIN_MAX) {
		return BR_ERR_X509_LIMIT_EXCEEDED;
	}
	conn.chain[conn.chain_len].data = (unsigned char *)der;
	conn.chain[conn.chain_len].data_len = len;
	conn.chain_len++;
	return 0;
}

static int
is_group(uint32_t group)
{
	return group_of(group) != NULL || group == BR_EC_secp521r1;
}

/* see abi.h */
int
engine_add_group(uint32_t group)
{
	if (!is_group(group) || conn.groups_len == GROUPS_MAX) {
		return BR_ERR_BAD_PARAM;
	}
	conn.groups[conn.groups_len++] = (uint16_t)group;
	return 0;
}

/* see abi.h */
int
engine_issue_tickets(uint32_t count, uint32_t lifetime)
{
	if (count > ENGINE_TICKETS_MAX ||
		lifetime > ENGINE_TICKET_LIFETIME_MAX) {
		return BR_ERR_BAD_PARAM;
	}
	conn.tickets = count;
	conn.ticket_lifetime = lifetime;
	return 0;
}

/* see abi.h */
void
engine_resume(void *session, size_t len, uint32_t age)
{
	conn.takes_sessions = 1;
	conn.session = session;
	conn.session_len = len;
	conn.session_age = age;
}

/* see abi.h */
void
engine_set_clock(uint32_t seconds, uint32_t milliseconds)
{
	conn.clock = (uint64_t)seconds * 1000 + milliseconds;
}

static int
validate(unsigned purpose, uint32_t days, uint32_t seconds)
{
	const peer_demands demands = {
		.purpose = purpose,
		.days = days,
		.seconds = seconds,
		.host_name = conn.server_name,
		.rsa_min = profile_rsa_min(conn.profile),
		.hashes = profile_hashes(conn.profile),
	};

	conn.peer = peer_validator(&demands);
	return conn.peer == NULL ? BR_ERR_X509_LIMIT_EXCEEDED : 0;
}

/* see abi.h */
int
engine_verify_server(uint32_t days, uint32_t seconds)
{
	if (trust_anchors_get()->count == 0) {
		return BR_ERR_BAD_PARAM;
	}
	return validate(PURPOSE_SERVER, days, seconds);
}

/* see abi.h */
int
engine_trust_any_server(void)
{
	conn.peer = peer_anyone();
	return 0;
}

/* see abi.h */
int
engine_request_certificate(uint32_t mandatory, uint32_t days, uint32_t seconds)
{
	const trust_anchors *anchors = trust_anchors_get();

	if (anchors->count == 0) {
		return BR_ERR_BAD_PARAM;
	}
	if (anchors->names_len > NAMES_MAX) {
		return BR_ERR_LIMIT_EXCEEDED;
	}
	conn.peer_must_come = mandatory != 0;
	return validate(PURPOSE_CLIENT, days, seconds);
}
