/*
 * What is in a ticket of ours: a key that its holder knows anyhow, dates, and
 * digests of what must be the same again. No client is in it: there are no
 * tickets where clients are asked for certificates.
 *
 *   format 1 || suite 2 || issued 8 || first full handshake 8 || key 48 ||
 *   digest of the server name 16 || digest of our configuration 16
 */
#include <string.h>
#include "context.h"
#include "inner.h"
#include "labels.h"
#include "engine/connection.h"

#define FORMAT 1
#define DIGEST 16

/* A chain of resumptions proves nothing new: after so long, a full one. */
#define FIRST_MAX_MS (24 * 3600 * 1000ULL)

/* Clocks of machines that share a key may differ by so much. */
#define SKEW_MAX_MS (5 * 60 * 1000ULL)

static void
digest_out(br_sha256_context *sc, unsigned char *out)
{
	unsigned char whole[br_sha256_SIZE];

	br_sha256_out(sc, whole);
	memcpy(out, whole, DIGEST);
}

static void
digest_name(unsigned char *out)
{
	br_sha256_context sc;

	br_sha256_init(&sc);
	br_sha256_update(&sc, tls13.server_name, strlen(tls13.server_name));
	digest_out(&sc, out);
}

/* Profile, versions, application protocols and our certificate. */
static void
digest_configuration(unsigned char *out)
{
	unsigned char numbers[3] = {(unsigned char)conn.profile,
		(unsigned char)conn.offer.min_version,
		(unsigned char)conn.offer.max_version};
	const char *protocol = tls13.protocol != NULL ? tls13.protocol : "";
	br_sha256_context sc;
	size_t u;

	br_sha256_init(&sc);
	br_sha256_update(&sc, numbers, sizeof numbers);
	br_sha256_update(&sc, protocol, strlen(protocol) + 1);
	for (u = 0; u < conn.protocols_len; u++) {
		br_sha256_update(
			&sc, conn.protocols[u], strlen(conn.protocols[u]) + 1);
	}
	br_sha256_update(&sc, conn.chain[0].data, conn.chain[0].data_len);
	digest_out(&sc, out);
}

static void
write_u64(writer *out, uint64_t value)
{
	br_enc64be(writer_room(out, 8), value);
}

/* see context.h */
void
ticket_state_write(unsigned char *out, const unsigned char *psk)
{
	writer w;

	writer_init(&w, out, TICKET_STATE);
	writer_u8(&w, FORMAT);
	writer_u16(&w, tls13.suite->id);
	write_u64(&w, conn.clock);
	write_u64(&w, tls13.first_at);
	writer_bytes(&w, psk, SUITE_HASH_MAX);
	digest_name(writer_room(&w, DIGEST));
	digest_configuration(writer_room(&w, DIGEST));
}

/* A date in the future is of another machine's clock, or of one that has
   jumped. */
static int
is_within(uint64_t date, uint64_t most)
{
	return date > conn.clock ? date - conn.clock <= SKEW_MAX_MS
				 : conn.clock - date < most;
}

/* see context.h */
int
ticket_state_read(const unsigned char *state, size_t len)
{
	unsigned char name[DIGEST], configuration[DIGEST];
	const tls13_suite *suite;
	const unsigned char *p = state + 3;

	if (len != TICKET_STATE || state[0] != FORMAT) {
		return 0;
	}
	digest_name(name);
	digest_configuration(configuration);
	suite = suite_of(br_dec16be(state + 1));
	if (suite == NULL || suite->hash != tls13.suite->hash ||
		!is_within(br_dec64be(p), conn.ticket_lifetime * 1000ULL) ||
		!is_within(br_dec64be(p + 8), FIRST_MAX_MS) ||
		memcmp(p + 16 + SUITE_HASH_MAX, name, DIGEST) != 0 ||
		memcmp(p + 16 + SUITE_HASH_MAX + DIGEST, configuration,
			DIGEST) != 0) {
		return 0;
	}
	tls13.first_at = br_dec64be(p + 8);
	memcpy(tls13.psk, p + 16, SUITE_HASH_MAX);
	return 1;
}
