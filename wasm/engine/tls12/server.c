/*
 * The server's side of a connection.
 */
#include "engine/abi.h"
#include "engine/connection.h"
#include "crypto/ec-checked.h"

/* see abi.h */
int
engine_server(uint32_t profile)
{
	br_ssl_server_zero(&conn.side.server);
	br_ssl_engine_set_ec(&conn.side.engine, &ec_checked);
	return profile_apply(&conn.side.engine, profile);
}

/* A list of names in a CertificateRequest has a length of 16 bits (RFC
   5246, 7.4.4). */
#define NAMES_MAX 65535

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
	br_ssl_server_set_trust_anchor_names_alt(
		&conn.side.server, anchors->list, anchors->count);
	if (!mandatory) {
		br_ssl_engine_add_flags(
			&conn.side.engine, BR_OPT_TOLERATE_NO_CLIENT_AUTH);
	}
	return peer_validate(PURPOSE_CLIENT, days, seconds);
}
