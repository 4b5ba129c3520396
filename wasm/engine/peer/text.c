/*
 * The strings of certificates, as UTF-8.
 */
#include "engine/peer/text.h"

static void
put_utf8(text *out, uint32_t code)
{
	unsigned char *p = out->data + out->len;

	if (out->len + 4 > sizeof out->data) {
		return;
	}
	if (code < 0x80) {
		p[0] = (unsigned char)code;
		out->len += 1;
	} else if (code < 0x800) {
		p[0] = (unsigned char)(0xC0 | code >> 6);
		p[1] = (unsigned char)(0x80 | (code & 0x3F));
		out->len += 2;
	} else if (code < 0x10000) {
		p[0] = (unsigned char)(0xE0 | code >> 12);
		p[1] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
		p[2] = (unsigned char)(0x80 | (code & 0x3F));
		out->len += 3;
	} else {
		p[0] = (unsigned char)(0xF0 | code >> 18);
		p[1] = (unsigned char)(0x80 | (code >> 12 & 0x3F));
		p[2] = (unsigned char)(0x80 | (code >> 6 & 0x3F));
		p[3] = (unsigned char)(0x80 | (code & 0x3F));
		out->len += 4;
	}
}

static void
put_latin1(text *out, const der *in)
{
	size_t u;

	for (u = 0; u < in->len; u++) {
		put_utf8(out, in->data[u]);
	}
}

static void
put_raw(text *out, const der *in)
{
	size_t u;

	for (u = 0; u < in->len && out->len < sizeof out->data; u++) {
		out->data[out->len++] = in->data[u];
	}
}

/* Big-endian UTF-16; a surrogate without its other half is kept as it is. */
static void
put_utf16(text *out, const der *in)
{
	size_t u;

	for (u = 0; u + 1 < in->len; u += 2) {
		const unsigned char *p = in->data + u;
		uint32_t code = (uint32_t)p[0] << 8 | p[1];

		if ((code & 0xFC00) == 0xD800 && u + 3 < in->len &&
			(p[2] & 0xFC) == 0xDC) {
			uint32_t low = (uint32_t)p[2] << 8 | p[3];

			code = 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
			u += 2;
		}
		put_utf8(out, code);
	}
}

/* Big-endian UTF-32; what is no character becomes U+FFFD. */
static void
put_utf32(text *out, const der *in)
{
	size_t u;

	for (u = 0; u + 3 < in->len; u += 4) {
		const unsigned char *p = in->data + u;
		uint32_t code = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
				(uint32_t)p[2] << 8 | p[3];

		put_utf8(out, code > 0x10FFFF ? 0xFFFD : code);
	}
}

/* see text.h */
int
text_of(text *out, unsigned tag, const der *in)
{
	out->len = 0;
	if (in->len > TEXT_MAX / 2) {
		return 0;
	}
	switch (tag) {
	case DER_OCTET_STRING:
	case DER_UTF8_STRING:
		put_raw(out, in);
		return 1;
	case DER_NUMERIC_STRING:
	case DER_PRINTABLE_STRING:
	case DER_TELETEX_STRING:
	case DER_IA5_STRING:
		put_latin1(out, in);
		return 1;
	case DER_BMP_STRING:
		put_utf16(out, in);
		return 1;
	case DER_UNIVERSAL_STRING:
		put_utf32(out, in);
		return 1;
	default:
		return 0;
	}
}
