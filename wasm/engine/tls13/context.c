#include "context.h"

/* see context.h */
tls13_context tls13;
