#ifndef WIPE_H__
#define WIPE_H__

#include <stddef.h>

/* Overwrite a secret; not removed by the optimiser. */
void
wipe(void *p, size_t len);

#endif
