/*
 * Random bytes: a seed at 0 of `data`, what is drawn from 64 on. What the source
 * has in memory is at 0 after a draw.
 */
#include <string.h>
#include "crypto/random.h"
#include "export.h"
#include "buffers.h"

static random_source source;

EXPORT(random_begin)
void
random_begin(void)
{
	random_seed(&source, data);
}

EXPORT(random_bytes)
void
random_bytes(size_t len)
{
	random_draw(&source, data + 64, len);
	memcpy(data, source.key, sizeof source.key);
}

EXPORT(random_over)
void
random_over(void)
{
	random_end(&source, data);
}

EXPORT(random_generate)
void
random_generate(size_t len)
{
	source.vtable->generate(&source.vtable, data + 64, len);
}
