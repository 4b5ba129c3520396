/*
 * Which protocol a hello is for.
 */
#include "client-hello.h"

#define SUPPORTED_VERSIONS 43
#define TLS13 0x0304

/* see client-hello.h */
int
client_hello_offers_tls13(const client_hello *hello)
{
	reader extensions = hello->extensions;
	reader content;
	uint32_t type;

	while (client_hello_next(&extensions, &type, &content)) {
		reader versions;

		if (type != SUPPORTED_VERSIONS) {
			continue;
		}
		versions = reader_vector8(&content);
		while (versions.left > 0) {
			if (reader_u16(&versions) == TLS13) {
				return 1;
			}
		}
	}
	return 0;
}
