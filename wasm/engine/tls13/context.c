#include "client.h"
#include "context.h"

/* see context.h */
tls13_context tls13;
client_context client;
