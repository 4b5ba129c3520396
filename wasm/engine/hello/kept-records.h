/*
 * The client's first records, kept until it is known what answers them: with
 * which chain, and in which protocol. Then they are processed once more
 * from the start, as if that had always been known.
 */
#ifndef KEPT_RECORDS_H__
#define KEPT_RECORDS_H__

#include <stddef.h>
#include "engine/protocol.h"

/*
 * Before the start: keep what will come. Returns 0 or an error.
 *
 * There is room for the longest hello that is read (first-message.h), and for
 * the headers of its records: it may be cut into pieces of 45 bytes, and one
 * of 12 KB into single bytes.
 */
#define KEPT_HELLO_MAX 77824

/* A client's: a ServerHello of that length, cut likewise, and what may be
   behind it in its last record. */
#define KEPT_ANSWER_MAX 4096
#define KEPT_FOR_AN_ANSWER ((1 + 5) * (4 + KEPT_ANSWER_MAX) + 5 + 16384)
int
kept_records_begin(size_t max);

/* These have come. Returns 0, or an error when they are too many. */
int
kept_records_append(const unsigned char *records, size_t len);

/*
 * Let a protocol have all of them, from its state before the first byte.
 * They are still kept. Returns 0 or an error.
 */
int
kept_records_replay(const protocol *to);

/* Nothing is kept any more. */
void
kept_records_end(void);

#endif
