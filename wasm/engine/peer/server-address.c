/*
 * The address that a server's certificate must be for, where the server has
 * no name. It never equals a dNSName or a common name, which are text.
 */
#include <string.h>
#include "bearssl.h"
#include "engine/abi.h"
#include "engine/peer/certificate.h"

#define IPV4_LENGTH 4
#define IPV6_LENGTH 16

static unsigned char address[IPV6_LENGTH];
static size_t address_len;

/* see abi.h */
int
engine_set_server_address(const void *bytes, size_t len)
{
	if (len != IPV4_LENGTH && len != IPV6_LENGTH) {
		return BR_ERR_BAD_PARAM;
	}
	memcpy(address, bytes, len);
	address_len = len;
	return 0;
}

/* see certificate.h */
int
certificate_has_address(const certificate *cert)
{
	der extension, names, name;
	unsigned tag;

	if (address_len == 0) {
		return 1;
	}
	if (!certificate_extension(cert, EXT_SUBJECT_ALT_NAME, &extension) ||
		!der_expect(&extension, DER_SEQUENCE, &names)) {
		return 0;
	}
	while (der_next(&names, &tag, &name)) {
		if (tag == NAME_IP && name.len == address_len &&
			memcmp(name.data, address, address_len) == 0) {
			return 1;
		}
	}
	return 0;
}
