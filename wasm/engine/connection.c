#include "connection.h"

/*
 * Its place has a hello with a hybrid share, and the flight that answers it, in
 * one of the system's pages each (test/engine/memory).
 */
connection conn __attribute__((aligned(2048)));
