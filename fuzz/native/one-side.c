/*
 * See one-side.h.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "framing.h"
#include "one-side.h"
#include "roles.h"
#include "engine/abi.h"

/* Bytes before the peer's own. */
#define CHOICES 2

#define SENT_MAX (1 << 18)

static const unsigned char reply[] = "late reply";

/* see one-side.h */
void
one_side(int is_client, const uint8_t *data, size_t size)
{
	static unsigned char sent[SENT_MAX], heard[1 << 15];
	size_t piece, have = 0, taken;
	const host *h;
	int asked = 0;

	if (size < CHOICES) {
		return;
	}
	h = host_at_start(&roles[data[0] % ROLES][is_client]);
	piece = data[1] != 0 ? data[1] : size;
	data += CHOICES;
	size -= CHOICES;
	do {
		have += host_send(h, sent + have, SENT_MAX - have);
		taken = host_receive(h, data, size < piece ? size : piece);
		data += taken;
		size -= taken;
		host_check(h);
		if (!asked && (engine_state() & ENGINE_ESTABLISHED) != 0) {
			asked = 1;
			host_ask(h);
			host_say(h, reply, sizeof reply);
		}
		taken += host_hear(h, heard, sizeof heard);
	} while (taken > 0);
	have += host_send(h, sent + have, SENT_MAX - have);
	host_check(h);
	engine_close();
	have += host_send(h, sent + have, SENT_MAX - have);
	host_check(h);
	host_check_sent(sent, have);
}

/* see one-side.h */
size_t
one_side_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (size < CHOICES || seed % 16 == 0) {
		data[0] = (uint8_t)(seed >> 8);
		data[1] = seed >> 16 & 1 ? 0 : (uint8_t)(seed >> 20);
		return size < CHOICES ? CHOICES : size;
	}
	return CHOICES + framed_mutate(data + CHOICES, size - CHOICES,
				 max - CHOICES, seed >> 4);
}
