/*
 * Bounds on what is legal but carries nothing: a peer may keep us busy with
 * it for ever otherwise. The bounds are BoringSSL's.
 */
#include "context.h"
#include "engine/errors.h"

/* KeyUpdates, tickets and empty records without a byte of data between. */
#define USELESS_MAX 32

/* user_canceled, in a connection's life. */
#define CANCELS_MAX 4

/* see context.h */
int
count_useless(void)
{
	return ++tls13.useless > USELESS_MAX ? ERR_TOO_MANY : 0;
}

/* see context.h */
int
count_cancel(void)
{
	return ++tls13.cancels > CANCELS_MAX ? ERR_TOO_MANY : 0;
}

/* see context.h */
void
count_data(void)
{
	tls13.useless = 0;
}
