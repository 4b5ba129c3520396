#include "connection.h"

connection conn;
