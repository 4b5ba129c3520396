/*
 * See extensions.h.
 */
#include "extensions.h"

/* see extensions.h */
reader
hello_extensions(reader *hello)
{
	reader none;

	if (hello->left > 0) {
		return reader_vector16(hello);
	}
	reader_init(&none, hello->data, 0);
	return none;
}

/* see extensions.h */
int
hello_extension_next(reader *extensions, uint32_t *type, reader *content)
{
	if (extensions->left == 0) {
		return 0;
	}
	*type = reader_u16(extensions);
	*content = reader_vector16(extensions);
	return !extensions->failed;
}

/* see extensions.h */
int
hello_extension_find(reader *extensions, uint32_t wanted, reader *content)
{
	uint32_t type;

	while (hello_extension_next(extensions, &type, content)) {
		if (type == wanted) {
			return 1;
		}
	}
	return 0;
}
