/*
 * A session ticket. The first byte says which period it is opened in, and
 * whether its key follows from a private key or is one of a ring; then come
 * the seed of the ticket key, the length of what is sealed, that, and changes
 * of the ticket. Without a change it is opened to what was sealed, in its own
 * period and the two next to it; with one, never, and nothing is left. What it
 * holds is read by a server's engine and by a client's, and as the message
 * that a client gets, whatever it is.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "ticket-readers.h"
#include "keeper/abi.h"
#include "keeper/key.h"

#define SEED 32
#define SALT 32
#define EXTRA 24
#define HEADER (1 + SEED + 2)
#define PERIOD 80000

typedef struct {
	private_key key;
	ticket_ring ring;
	int in_ring;
	uint32_t period; /* it is opened in that one */
} opener;

static size_t
seal(const opener *by, unsigned char *data, size_t len)
{
	return by->in_ring ? ticket_ring_seal(&by->ring, data, len)
			   : key_seal(&by->key, PERIOD, data, len);
}

static size_t
open(const opener *by, unsigned char *data, size_t len)
{
	return by->in_ring ? ticket_ring_open(&by->ring, data, len)
			   : key_open(&by->key, by->period, data, len);
}

/* XORs, a byte each, from the ticket's end on. */
static int
change(unsigned char *ticket, size_t len, const uint8_t *data, size_t size)
{
	int changed = 0;
	size_t u;

	for (u = 0; u < size && u < len; u++) {
		ticket[len - 1 - u] ^= data[u];
		changed |= data[u] != 0;
	}
	return changed;
}

static void
check_ticket(const opener *by, const uint8_t *data, size_t size, size_t held)
{
	size_t len = SALT + held;
	unsigned char *ticket = copy_of(data, len, len + EXTRA);
	size_t sealed_len = seal(by, ticket, len);
	int changed;

	if (held == 0 || len + EXTRA > KEEPER_TICKET_MAX) {
		CHECK(sealed_len == 0);
		CHECK(is_blank(ticket, len));
		free(ticket);
		return;
	}
	CHECK(sealed_len == len + EXTRA);
	changed = change(ticket, sealed_len, data + len, size - len);
	len = open(by, ticket, sealed_len);
	if (changed || (!by->in_ring && by->period + 1 - PERIOD > 2)) {
		CHECK(len == 0);
		CHECK(is_blank(ticket, sealed_len));
	} else {
		CHECK(len == held);
		CHECK(memcmp(ticket, data + SALT, held) == 0);
		CHECK(is_blank(ticket + len, sealed_len - len));
	}
	free(ticket);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	opener by;
	size_t held;

	if (size < HEADER + SALT) {
		return 0;
	}
	memset(&by, 0, sizeof by);
	memcpy(by.key.ticket_seed, data + 1, SEED);
	CHECK(ticket_ring_add(&by.ring, data, 1));
	CHECK(ticket_ring_add(&by.ring, data + 1, SEED));
	by.in_ring = data[0] >> 7;
	by.period = PERIOD - 2 + data[0] % 5;
	held = (size_t)(data[1 + SEED] << 8 | data[2 + SEED]) % 2700;
	data += HEADER;
	size -= HEADER;
	if (held > size - SALT) {
		held = size - SALT;
	}
	check_ticket(&by, data, size, held);
	ticket_read_everywhere(data + SALT, held);
	return 0;
}
