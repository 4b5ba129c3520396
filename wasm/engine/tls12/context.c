#include "context.h"

tls12_context tls12;
