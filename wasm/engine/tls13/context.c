#include "context.h"

/* see context.h. All that a connection writes to is behind it, so it begins with
   one of the system's pages. */
tls13_context tls13 __attribute__((aligned(4096)));
