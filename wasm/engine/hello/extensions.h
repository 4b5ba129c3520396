/*
 * The extensions of a ClientHello or a ServerHello (RFC 5246, 7.4.1.4; RFC
 * 8446, 4.2), read in place.
 */
#ifndef HELLO_EXTENSIONS_H__
#define HELLO_EXTENSIONS_H__

#include "engine/reader.h"

#define SUPPORTED_GROUPS 10
#define SUPPORTED_VERSIONS 43

/* What is left of the hello; one without extensions may end before them. */
reader
hello_extensions(reader *hello);

/* The next extension. Returns 0 after the last one. */
int
hello_extension_next(reader *extensions, uint32_t *type, reader *content);

/* The next one of that type. Returns 0 if there is no other. */
int
hello_extension_find(reader *extensions, uint32_t wanted, reader *content);

#endif
