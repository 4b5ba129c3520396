/*
 * A ClientHello of TLS 1.3. What its extensions have in common with those of
 * TLS 1.2 has been judged in hello/rules.c; here is what is new.
 */
#include <string.h>
#include "bearssl.h"
#include "client-offer.h"
#include "engine/errors.h"
#include "engine/hello/extensions.h"

/* RFC 8449, 4: "MUST NOT be less than 64". */
#define RECORD_LIMIT_MIN 64

/* RFC 8446, 4.2.11. */
#define IDENTITY_MIN 1
#define BINDER_MIN 32

/* 4.2.9. The other mode is not for us: it has no forward secrecy. */
#define PSK_DHE_KE 1

/* The newest legacy_version that no client may have (RFC 8446, D.5). */
#define VERSION_SSL3 0x0300

/* In a server_name list (RFC 6066, 3). */
#define HOST_NAME 0

static int
malformed(void)
{
	return BR_ERR_BAD_HANDSHAKE;
}

/* A list of numbers of 16 bits, and nothing else. */
static int
read_numbers(reader content, reader *list)
{
	*list = reader_vector16(&content);
	if (!reader_end(&content) || list->left == 0 || list->left % 2 != 0) {
		return malformed();
	}
	return 0;
}

static int
read_name(client_offer *offer, reader content)
{
	reader list = reader_vector16(&content);

	while (list.left > 0) {
		uint32_t type = reader_u8(&list);
		reader name = reader_vector16(&list);

		if (list.failed) {
			return malformed();
		}
		if (type == HOST_NAME) {
			offer->name = name;
		}
	}
	return 0;
}

static int
read_schemes(client_offer *offer, reader content)
{
	offer->has_schemes = 1;
	return read_numbers(content, &offer->schemes);
}

static int
read_groups(client_offer *offer, reader content)
{
	offer->has_groups = 1;
	return read_numbers(content, &offer->groups);
}

static int
read_schemes_of_certificates(client_offer *offer, reader content)
{
	reader list;

	/* We have one chain, and send it whatever the client says here
	   (RFC 8446, 4.4.2.2). */
	(void)offer;
	return read_numbers(content, &list);
}

static int
read_protocols(client_offer *offer, reader content)
{
	offer->has_protocols = 1;
	offer->protocols = reader_vector16(&content);
	return 0;
}

static int
read_record_limit(client_offer *offer, reader content)
{
	offer->record_limit = reader_u16(&content);
	if (!reader_end(&content)) {
		return malformed();
	}
	return offer->record_limit < RECORD_LIMIT_MIN ? ERR_BAD_RECORD_LIMIT
						      : 0;
}

static int
read_psk(client_offer *offer, reader content)
{
	reader identities = reader_vector16(&content);
	reader binders = reader_vector16(&content);
	size_t balance = 0;

	offer->has_psk = 1;
	offer->identities = identities;
	offer->binders = binders;
	if (!reader_end(&content) || identities.left == 0 ||
		binders.left == 0) {
		return malformed();
	}
	while (identities.left > 0) {
		reader identity = reader_vector16(&identities);

		reader_u32(&identities);
		if (identities.failed || identity.left < IDENTITY_MIN) {
			return malformed();
		}
		balance++;
	}
	while (binders.left > 0) {
		reader binder = reader_vector8(&binders);

		if (binders.failed || binder.left < BINDER_MIN) {
			return malformed();
		}
		balance--;
	}
	return balance == 0 ? 0 : ERR_ILLEGAL_VALUE;
}

static int
read_early_data(client_offer *offer, reader content)
{
	offer->has_early_data = 1;
	return content.left == 0 ? 0 : malformed();
}

/* RFC 8446, 4.2.6: we never ask for a certificate after the handshake. */
static int
read_post_handshake_auth(client_offer *offer, reader content)
{
	(void)offer;
	return content.left == 0 ? 0 : malformed();
}

static int
read_versions(client_offer *offer, reader content)
{
	reader list = reader_vector8(&content);

	(void)offer;
	if (!reader_end(&content) || list.left == 0 || list.left % 2 != 0) {
		return malformed();
	}
	return 0;
}

static int
read_cookie(client_offer *offer, reader content)
{
	reader cookie = reader_vector16(&content);

	/* We never send one, so none can be what we sent. */
	(void)offer;
	if (!reader_end(&content) || cookie.left == 0) {
		return malformed();
	}
	return 0;
}

static int
read_psk_modes(client_offer *offer, reader content)
{
	reader list = reader_vector8(&content);

	offer->has_psk_modes = 1;
	if (!reader_end(&content) || list.left == 0) {
		return malformed();
	}
	while (list.left > 0) {
		if (reader_u8(&list) == PSK_DHE_KE) {
			offer->has_psk_dhe = 1;
		}
	}
	return 0;
}

static int
read_shares(client_offer *offer, reader content)
{
	reader list = reader_vector16(&content);

	offer->has_shares = 1;
	offer->shares = list;
	if (!reader_end(&content)) {
		return malformed();
	}
	while (list.left > 0) {
		reader share;

		reader_u16(&list);
		share = reader_vector16(&list);
		if (list.failed || share.left == 0) {
			return malformed();
		}
	}
	return 0;
}

typedef struct {
	uint32_t type;
	int (*read)(client_offer *offer, reader content);
} row;

/* Others are not for us (9.3). */
static const row rows[] = {
	{EXTENSION_SERVER_NAME, read_name},
	{EXTENSION_SUPPORTED_GROUPS, read_groups},
	{EXTENSION_SIGNATURE_ALGORITHMS, read_schemes},
	{EXTENSION_ALPN, read_protocols},
	{EXTENSION_RECORD_SIZE_LIMIT, read_record_limit},
	{EXTENSION_PRE_SHARED_KEY, read_psk},
	{EXTENSION_EARLY_DATA, read_early_data},
	{EXTENSION_SUPPORTED_VERSIONS, read_versions},
	{EXTENSION_COOKIE, read_cookie},
	{EXTENSION_PSK_MODES, read_psk_modes},
	{EXTENSION_POST_HANDSHAKE_AUTH, read_post_handshake_auth},
	{EXTENSION_SIGNATURE_ALGORITHMS_CERT, read_schemes_of_certificates},
	{EXTENSION_KEY_SHARE, read_shares},
};

static int
read_extension(client_offer *offer, uint32_t type, reader content)
{
	size_t u;

	for (u = 0; u < sizeof rows / sizeof rows[0]; u++) {
		if (rows[u].type == type) {
			return rows[u].read(offer, content);
		}
	}
	return 0;
}

static int
read_extensions(client_offer *offer)
{
	reader extensions = offer->hello.extensions;
	reader content;
	uint32_t type;

	while (hello_extension_next(&extensions, &type, &content)) {
		int err;

		/* It must be the last one (4.2.11). */
		if (offer->has_psk) {
			return ERR_BAD_EXTENSION;
		}
		err = read_extension(offer, type, content);
		if (err != 0) {
			return err;
		}
	}
	return 0;
}

/* What depends on several fields (9.2). */
static int
check_whole(const client_offer *offer)
{
	reader compressions = offer->hello.compressions;

	if (compressions.left != 1 || reader_u8(&compressions) != 0) {
		return BR_ERR_BAD_COMPRESSION;
	}
	if (!offer->has_groups || !offer->has_shares ||
		(!offer->has_psk && !offer->has_schemes) ||
		(offer->has_psk && !offer->has_psk_modes)) {
		return ERR_MISSING_EXTENSION;
	}
	return 0;
}

/* So many groups are looked at in one pass, as in hello/rules.c. */
#define WINDOW 4096
#define GROUPS 65536

/* Is there a share that may not be, of a group from `first` on? */
static int
has_bad_share(const client_offer *offer, uint32_t first)
{
	unsigned char listed[WINDOW / 8];
	reader groups = offer->groups;
	reader shares = offer->shares;

	memset(listed, 0, sizeof listed);
	while (groups.left > 0) {
		uint32_t at = reader_u16(&groups) - first;

		if (at < WINDOW) {
			listed[at >> 3] |= (unsigned char)(1U << (at & 7));
		}
	}
	while (shares.left > 0) {
		uint32_t at = reader_u16(&shares) - first;
		unsigned char bit = (unsigned char)(1U << (at & 7));

		reader_vector16(&shares);
		if (at >= WINDOW) {
			continue;
		}
		if ((listed[at >> 3] & bit) == 0) {
			return 1;
		}
		listed[at >> 3] &= (unsigned char)~bit;
	}
	return 0;
}

/* One share of a group, and of none that the client doesn't have (4.2.8). */
static int
check_shares(const client_offer *offer)
{
	uint32_t first;

	for (first = 0; first < GROUPS; first += WINDOW) {
		if (has_bad_share(offer, first)) {
			return ERR_BAD_KEY_SHARE;
		}
	}
	return 0;
}

/* see client-offer.h */
int
client_offer_read(client_offer *offer, const unsigned char *body, size_t len)
{
	unsigned alert;
	int err;

	memset(offer, 0, sizeof *offer);
	if (!client_hello_read(&offer->hello, body, len)) {
		return malformed();
	}
	if (!client_hello_offers_tls13(&offer->hello) ||
		offer->hello.version <= VERSION_SSL3) {
		return BR_ERR_UNSUPPORTED_VERSION;
	}
	err = client_hello_judge(&offer->hello, 1, &alert);
	if (err == 0) {
		err = read_extensions(offer);
	}
	if (err == 0) {
		err = check_whole(offer);
	}
	return err != 0 ? err : check_shares(offer);
}

/* see client-offer.h */
int
client_offer_has(reader list, uint32_t number)
{
	while (list.left > 0) {
		if (reader_u16(&list) == number) {
			return 1;
		}
	}
	return 0;
}

/* see client-offer.h */
reader
client_offer_share(const client_offer *offer, uint32_t group)
{
	reader list = offer->shares;
	reader share;

	while (list.left > 0) {
		uint32_t id = reader_u16(&list);

		share = reader_vector16(&list);
		if (id == group) {
			return share;
		}
	}
	reader_init(&share, list.data, 0);
	return share;
}
