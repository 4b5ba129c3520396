#include "client.h"

/* see client.h */
client_context client;
