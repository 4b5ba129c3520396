/*
 * The linker places constants in the order of the files, so what is between
 * this mark and the other one is of the files between the two.
 */
#include "late.h"

const char late_begin[16] = LATE_BEGIN;
