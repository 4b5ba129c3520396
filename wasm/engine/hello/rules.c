/*
 * Rules for a ClientHello that BearSSL doesn't look at. A hello that breaks one would be answered as if it were good; but
 * another reader of the same bytes may understand them in another way.
 * What BearSSL itself refuses is left to it.
 */
#include <string.h>
#include "engine/alerts.h"
#include "bearssl.h"
#include "client-hello.h"
#include "extensions.h"

/* RFC 5246, 7.4.1.2. */
#define SESSION_ID_MAX 32
#define NO_COMPRESSION 0

#define HOST_NAME 0
#define UNCOMPRESSED 0

static int
malformed(unsigned *alert)
{
	*alert = DECODE_ERROR;
	return BR_ERR_BAD_HANDSHAKE;
}

/* Is that byte one of these? */
static int
has(reader bytes, uint32_t wanted)
{
	while (bytes.left > 0) {
		if (reader_u8(&bytes) == wanted) {
			return 1;
		}
	}
	return 0;
}

/* A list of numbers of 16 bits: not empty, and none is cut. */
static int
are_pairs(const reader *list)
{
	return list->left > 0 && list->left % 2 == 0;
}

/* RFC 6066, 3: no empty list, no empty name, one name of a type. */
static int
server_name(reader content, unsigned *alert)
{
	reader list = reader_vector16(&content);
	unsigned hosts = 0;

	if (!reader_end(&content) || list.left == 0) {
		return malformed(alert);
	}
	while (list.left > 0) {
		uint32_t type = reader_u8(&list);
		reader name = reader_vector16(&list);

		if (list.failed || name.left == 0) {
			return malformed(alert);
		}
		hosts += type == HOST_NAME;
	}
	if (hosts > 1) {
		*alert = ILLEGAL_PARAMETER;
		return BR_ERR_BAD_SNI;
	}
	return 0;
}

/* RFC 8422, 5.1.1; RFC 5246, 7.4.1.4.1. */
static int
numbers(reader content, unsigned *alert)
{
	reader list = reader_vector16(&content);

	if (!reader_end(&content) || !are_pairs(&list)) {
		return malformed(alert);
	}
	return 0;
}

/* RFC 8422, 5.1.2: points that are not compressed are always possible. */
static int
point_formats(reader content, unsigned *alert)
{
	reader list = reader_vector8(&content);

	if (!reader_end(&content) || list.left == 0) {
		return malformed(alert);
	}
	if (!has(list, UNCOMPRESSED)) {
		*alert = ILLEGAL_PARAMETER;
		return BR_ERR_INVALID_ALGORITHM;
	}
	return 0;
}

/* RFC 7301, 3.1: "Empty strings MUST NOT be included". */
static int
protocol_names(reader content, unsigned *alert)
{
	reader list = reader_vector16(&content);

	if (!reader_end(&content) || list.left == 0) {
		return malformed(alert);
	}
	while (list.left > 0) {
		reader name = reader_vector8(&list);

		if (name.left == 0) {
			return malformed(alert);
		}
	}
	return list.failed ? malformed(alert) : 0;
}

/* RFC 7366, 2; RFC 7627, 5.1: their presence says it all. */
static int
nothing(reader content, unsigned *alert)
{
	return content.left > 0 ? malformed(alert) : 0;
}

typedef struct {
	uint32_t type;
	int (*judge)(reader content, unsigned *alert);

	/* TLS 1.3 doesn't know it, and has to overlook it (RFC 8446, 4.2). */
	int only_before_tls13;
} rule;

static const rule rules[] = {
	{0, server_name, 0},
	{10, numbers, 0},
	{11, point_formats, 1},
	{13, numbers, 0},
	{16, protocol_names, 0},
	{22, nothing, 1},
	{23, nothing, 1},
};

static int
judge_content(uint32_t type, reader content, int is_tls13, unsigned *alert)
{
	size_t u;

	for (u = 0; u < sizeof rules / sizeof rules[0]; u++) {
		if (rules[u].type == type &&
			!(is_tls13 && rules[u].only_before_tls13)) {
			return rules[u].judge(content, alert);
		}
	}
	return 0;
}

/* RFC 5746, 3.6: BearSSL takes none but the first one for good. */
#define RENEGOTIATION_INFO 0xFF01

/*
 * Of all types, so many are looked at in one pass: thousands of extensions
 * then cost no more than sixteen times what they do once, and the bits fit in
 * memory that a connection touches anyhow.
 */
#define WINDOW 4096
#define TYPES 65536

/* Is there an extension twice whose type is from `first` on? */
static int
is_repeated(reader extensions, int is_tls13, uint32_t first)
{
	unsigned char seen[WINDOW / 8];
	reader content;
	uint32_t type;

	memset(seen, 0, sizeof seen);
	while (hello_extension_next(&extensions, &type, &content)) {
		uint32_t at = type - first;
		unsigned char bit = (unsigned char)(1U << (at & 7));

		if (at >= WINDOW || (type == RENEGOTIATION_INFO && !is_tls13)) {
			continue;
		}
		if (seen[at >> 3] & bit) {
			return 1;
		}
		seen[at >> 3] |= bit;
	}
	return 0;
}

static int
judge_extensions(reader extensions, int is_tls13, unsigned *alert)
{
	reader all = extensions, content;
	uint32_t type, first;

	while (hello_extension_next(&extensions, &type, &content)) {
		int err = judge_content(type, content, is_tls13, alert);

		if (err != 0) {
			return err;
		}
	}
	if (extensions.failed) {
		return malformed(alert);
	}
	for (first = 0; first < TYPES; first += WINDOW) {
		if (is_repeated(all, is_tls13, first)) {
			*alert = DECODE_ERROR;
			return BR_ERR_EXTRA_EXTENSION;
		}
	}
	return 0;
}

/* see client-hello.h */
int
client_hello_judge(const client_hello *hello, int is_tls13, unsigned *alert)
{
	if (hello->session_id.left > SESSION_ID_MAX) {
		*alert = DECODE_ERROR;
		return BR_ERR_OVERSIZED_ID;
	}
	if (!are_pairs(&hello->suites) || hello->compressions.left == 0) {
		return malformed(alert);
	}
	if (!has(hello->compressions, NO_COMPRESSION)) {
		*alert = ILLEGAL_PARAMETER;
		return BR_ERR_BAD_COMPRESSION;
	}
	return judge_extensions(hello->extensions, is_tls13, alert);
}
