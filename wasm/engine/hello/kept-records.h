/*
 * The client's first records, kept until it is known which protocol answers them: with
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
 * To know the protocol, that is as many records as a hello of 16 KiB can be
 * cut into. For want of a chain, it is all of the hello, however long: but
 * not more than several times what any client sends.
 */
#define KEPT_FOR_A_PROTOCOL ((1 + 5) * (4 + 16384))
#define KEPT_FOR_A_CHAIN 65536

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
