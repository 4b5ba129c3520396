/*
 * Constants that most connections never need: those of TLS 1.2 and of peers'
 * certificates, 12 KB. They are no part of an instance's memory until it asks
 * for them, which keeps three of the system's pages untouched. Until then they
 * read as zeros.
 */
#ifndef LATE_H__
#define LATE_H__

#include "export.h"

/* wasm/finish.mjs looks for these, of 16 bytes without a NUL. */
#define LATE_BEGIN "<late constants>"
#define LATE_END "</late constant>"

extern const char late_begin[16], late_end[16];

/*
 * end.c: each way into the files of LATE_C (Makefile) calls it before it reads a
 * constant. A second call changes nothing. The compiler takes constants for what
 * never changes, and may read one before the call: so what reads one is a function
 * of another file, or NOT_INLINED.
 */
#define NOT_INLINED __attribute__((noinline))

#ifdef __wasm__
void
late_constants(void);
#else
static inline void
late_constants(void)
{
}
#endif

#endif
