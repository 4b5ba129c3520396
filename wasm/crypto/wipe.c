#include <string.h>
#include "wipe.h"

/* Called through a pointer that may change, lest the optimiser drop it. */
static void *(*const volatile overwrite)(void *, int, size_t) = &memset;

/* see wipe.h */
void
wipe(void *p, size_t len)
{
	overwrite(p, 0, len);
}
