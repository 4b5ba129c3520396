/*
 * What a hello lists: versions, which say what protocol it is for, and curves.
 */
#include "client-hello.h"
#include "extensions.h"

#define TLS13 0x0304

/* see client-hello.h */
int
client_hello_lists_versions(
	const client_hello *hello, unsigned min, unsigned max, unsigned *newest)
{
	reader extensions = hello->extensions;
	reader content, versions;

	*newest = 0;
	if (!hello_extension_find(&extensions, SUPPORTED_VERSIONS, &content)) {
		return 0;
	}
	versions = reader_vector8(&content);
	while (versions.left > 0) {
		unsigned version = reader_u16(&versions);

		if (version >= min && version <= max && version > *newest) {
			*newest = version;
		}
	}
	return 1;
}

/* see client-hello.h */
uint32_t
client_hello_lacks_curves(const client_hello *hello)
{
	reader extensions = hello->extensions;
	reader content, curves;
	uint32_t lacks = ~(uint32_t)0;

	if (!hello_extension_find(&extensions, SUPPORTED_GROUPS, &content)) {
		return 0;
	}
	curves = reader_vector16(&content);
	while (curves.left > 0) {
		unsigned curve = reader_u16(&curves);

		if (curve < 32) {
			lacks &= ~((uint32_t)1 << curve);
		}
	}
	return lacks;
}

/* see client-hello.h */
int
client_hello_offers_tls13(const client_hello *hello)
{
	reader extensions = hello->extensions;
	reader content;

	while (hello_extension_find(
		&extensions, SUPPORTED_VERSIONS, &content)) {
		reader versions = reader_vector8(&content);

		while (versions.left > 0) {
			if (reader_u16(&versions) == TLS13) {
				return 1;
			}
		}
	}
	return 0;
}
