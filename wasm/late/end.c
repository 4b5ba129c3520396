/* The other mark: see begin.c. */
#include "late.h"

const char late_end[16] = LATE_END;

/*
 * What is between the two. It is an import for the compiler and the linker alone:
 * wasm/finish.mjs puts a function in its place. It must be the last one, and so
 * this file is the last.
 */
IMPORT(late, constants)
void
copy_constants(const char *begin, const char *end);

/* see late.h */
void
late_constants(void)
{
	copy_constants(late_begin, late_end);
}
