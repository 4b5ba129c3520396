/*
 * The body of a PEM object: what our fast decoder takes, BearSSL's takes,
 * and both find the same in it.
 */
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "keeper/key.h"

typedef struct {
	unsigned char *data;
	size_t len, max;
} decoded;

static void
append(void *ctx, const void *data, size_t len)
{
	decoded *d = ctx;

	CHECK(len <= d->max - d->len);
	memcpy(d->data + d->len, data, len);
	d->len += len;
}

/* BearSSL's view. Returns 0 if it finds no whole object. */
static int
decode(decoded *d, const uint8_t *text, size_t len)
{
	static const char begin[] = "-----BEGIN X-----\n";
	br_pem_decoder_context pem;
	size_t at = 0;

	br_pem_decoder_init(&pem);
	br_pem_decoder_push(&pem, begin, sizeof begin - 1);
	CHECK(br_pem_decoder_event(&pem) == BR_PEM_BEGIN_OBJ);
	br_pem_decoder_setdest(&pem, &append, d);
	while (at < len) {
		at += br_pem_decoder_push(&pem, text + at, len - at);
		switch (br_pem_decoder_event(&pem)) {
		case BR_PEM_END_OBJ:
			return 1;
		case BR_PEM_ERROR:
			return 0;
		}
	}

	/* The last line may lack its newline. */
	br_pem_decoder_push(&pem, "\n", 1);
	return br_pem_decoder_event(&pem) == BR_PEM_END_OBJ;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *text = malloc(size + 1);
	decoded d = {malloc(size + 1), 0, size};
	size_t len;

	memcpy(text, data, size);
	len = pem_body_decode(text, size);
	CHECK(len <= size);
	if (len == 0) {
		CHECK(memcmp(text, data, size) == 0);
	} else {
		CHECK(decode(&d, data, size));
		CHECK(d.len == len && memcmp(d.data, text, len) == 0);
	}
	free(text);
	free(d.data);
	return 0;
}
