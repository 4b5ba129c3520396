/*
 * What a client gets: BearSSL's own policies choose the suite, and the
 * private key is replaced by calls to the keeper. Without a chain, nothing
 * is chosen: tls12.c has another go when there is one.
 */
#include <string.h>
#include "engine/alerts.h"
#include "engine/abi.h"
#include "engine/connection.h"
#include "crypto/ec-checked.h"
#include "engine/errors.h"
#include "inner.h"
#include "context.h"
#include "refusal.h"

/*
 * BearSSL's policy for our kind of key, and our table that borrows its
 * `choose`. BearSSL hands the context back as a pointer to its first
 * field, the table's address, so the context itself must stay BearSSL's.
 */
static br_ssl_server_policy_class policy;

/* BearSSL's `choose` of that policy. */
static int (*choose)(const br_ssl_server_policy_class **pctx,
	const br_ssl_server_context *cc, br_ssl_server_choices *choices);

/* Where there is no chain yet, there is no context either. */
static const br_ssl_server_policy_class *const waiting = &policy;

/* A key without its secret: `choose` reads no other field. */
static br_rsa_private_key no_rsa_key;
static br_ec_private_key no_ec_key;

/*
 * What the name's buffer is full of before a name comes. No name has it, so
 * that what stands behind the NUL with which BearSSL ends the name shows.
 */
#define NO_NAME 0xFF

/* see context.h */
void
server_name_forget(br_ssl_engine_context *eng)
{
	memset(eng->server_name, NO_NAME, sizeof eng->server_name);
	eng->server_name[0] = 0;
}

/*
 * A host name is visible ASCII (RFC 6066, 3). Anything else, a NUL above
 * all, could mean one thing to us and another to the program that reads the
 * name later.
 */
static int
name_is_legal(const br_ssl_engine_context *eng)
{
	const unsigned char *name = (const unsigned char *)eng->server_name;
	size_t u;
	int ended = 0;

	for (u = 0; u < sizeof eng->server_name; u++) {
		if (ended) {
			if (name[u] != NO_NAME) {
				return 0;
			}
		} else if (name[u] == 0) {
			ended = 1;
		} else if (name[u] <= 0x20 || name[u] >= 0x7F) {
			return 0;
		}
	}
	return 1;
}

/*
 * All suites of an EC key are for a client that has its curve (RFC 8422, 4):
 * BearSSL looks at the curve of the exchange alone.
 */
static int
client_has_curve(void)
{
	return conn.key.type == BR_KEYTYPE_RSA ||
	       (conn.lacking_curves >> conn.key.curve & 1) == 0;
}

static int
policy_choose(const br_ssl_server_policy_class **pctx,
	const br_ssl_server_context *cc, br_ssl_server_choices *choices)
{
	if (!name_is_legal(&cc->eng)) {
		br_ssl_engine_fail(&tls12.side.engine, BR_ERR_BAD_SNI);
		return 0;
	}
	if (conn.chain_len == 0) {
		tls12.awaits_chain = 1;
		return 0;
	}
	if (!client_has_curve()) {
		tls12_refuse(ERR_WRONG_CURVE, HANDSHAKE_FAILURE);
		return 0;
	}
	return choose(pctx, cc, choices);
}

static size_t
policy_do_sign(const br_ssl_server_policy_class **pctx, unsigned algo_id,
	unsigned char *data, size_t hv_len, size_t len)
{
	(void)pctx;

	/* BearSSL's `choose` adds 0xFF00 to the hash identifier. */
	return sign_in_place(algo_id & 0xFF, data, hv_len, len);
}

static uint32_t
policy_do_keyx(const br_ssl_server_policy_class **pctx, unsigned char *data,
	size_t *len)
{
	size_t result;

	(void)pctx;
	result = keeper_decrypt(data, *len);
	if (result == 0) {
		return 0;
	}
	*len = result;
	return 1;
}

/* see context.h */
void
server_policy_install(br_ssl_server_context *server)
{
	const unsigned usages = BR_KEYTYPE_SIGN | BR_KEYTYPE_KEYX;

	if (conn.chain_len == 0) {
		policy.choose = &policy_choose;
		br_ssl_server_set_policy(
			server, (const br_ssl_server_policy_class **)&waiting);
		return;
	}
	if (conn.key.type == BR_KEYTYPE_RSA) {
		br_ssl_server_set_single_rsa(server, conn.chain, conn.chain_len,
			&no_rsa_key, usages, NULL, NULL);
		policy = *server->chain_handler.single_rsa.vtable;
		server->chain_handler.single_rsa.vtable = &policy;
	} else {
		no_ec_key.curve = conn.key.curve;
		br_ssl_server_set_single_ec(server, conn.chain, conn.chain_len,
			&no_ec_key, usages, conn.key.signer_type, &ec_checked,
			NULL);
		policy = *server->chain_handler.single_ec.vtable;
		server->chain_handler.single_ec.vtable = &policy;
	}
	choose = policy.choose;
	policy.choose = &policy_choose;
	policy.do_keyx = &policy_do_keyx;
	policy.do_sign = &policy_do_sign;
}
