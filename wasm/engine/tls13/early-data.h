/*
 * 0-RTT data (RFC 8446, 4.2.10), which is never accepted, only skipped.
 */
#ifndef TLS13_EARLY_DATA_H__
#define TLS13_EARLY_DATA_H__

#include <stddef.h>

/* What a client that tried it may have sent: a record's worth. */
#define EARLY_DATA_MAX (16384 + 256)

/*
 * A record of `len` bytes that we have no key for. Returns 0 if it may be
 * skipped, and an error if not.
 */
int
early_data_skip(size_t *skippable, size_t len);

#endif
