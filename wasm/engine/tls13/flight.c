/*
 * Messages of ours, one after the other, into records and the transcript.
 * A message may be longer than a record, and may have to wait for the
 * network in its middle.
 */
#include <string.h>
#include "context.h"

static int
scratch_source(size_t n, const unsigned char **data, size_t *len)
{
	*data = tls13.scratch;
	*len = tls13.scratch_len;
	return n == 0;
}

/* see context.h */
void
flight_begin(flight_source source)
{
	flight *f = &tls13.flight;

	if (f->source != NULL) {
		__builtin_trap();
	}
	f->source = source;
	f->n = 0;
	f->left = 0;
}

/* see context.h */
void
flight_scratch(size_t len)
{
	if (len > sizeof tls13.scratch) {
		__builtin_trap();
	}
	tls13.scratch_len = len;
	flight_begin(&scratch_source);
}

/* see context.h */
int
flight_run(void)
{
	flight *f = &tls13.flight;

	while (f->source != NULL) {
		unsigned char *room;
		size_t len;

		if (f->left == 0) {
			if (!f->source(f->n++, &f->data, &f->left)) {
				f->source = NULL;
			}
			continue;
		}
		room = record_out_room(&tls13.out, RECORD_HANDSHAKE, &len);
		if (room == NULL) {
			return 0;
		}
		if (len > f->left) {
			len = f->left;
		}
		memcpy(room, f->data, len);
		record_out_add(&tls13.out, len);
		transcript_add(&tls13.transcript, f->data, len);
		f->data += len;
		f->left -= len;
	}
	return 1;
}
