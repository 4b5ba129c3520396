/*
 * What must hold whatever the input is. What fails is a finding, like a
 * fault that a sanitizer sees.
 */
#ifndef CHECK_H__
#define CHECK_H__

#include <stdio.h>
#include <stdlib.h>

#define CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, \
				__LINE__, #what); \
			abort(); \
		} \
	} while (0)

#endif
