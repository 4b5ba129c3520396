#include "message-place.h"

/* see message-place.h */
void
message_step(message_place *at, unsigned char byte)
{
	if (at->header == MESSAGE_HEADER) {
		at->due--;
		at->done++;
	} else {
		if (at->header == 0) {
			at->type = byte;
			at->done = 0;
		} else {
			at->due = at->due << 8 | byte;
		}
		at->header++;
	}
	if (at->header == MESSAGE_HEADER && at->due == 0) {
		at->header = 0;
	}
}
