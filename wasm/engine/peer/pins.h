#ifndef PINS_H__
#define PINS_H__

#include <stddef.h>

/* A certificate that is trusted for itself. pins_add returns 0 or an error. */
int
pins_add(const void *der, size_t len);
int
pins_have(const void *der, size_t len);

#endif
