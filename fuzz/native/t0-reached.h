/*
 * BearSSL's handshakes and decoders are programs for a little machine of its
 * own, T0: one byte after the other out of t0_codeblock. This marks the
 * bytes that were executed: for libFuzzer, to which all of them would be one
 * loop, or for a report, in the file that T0_REACHED names. fuzz/rules.mk
 * puts it behind t0_codeblock.
 */
#ifdef T0_REACHED
#include <stdio.h>
#include <stdlib.h>
#else
__attribute__((section("__libfuzzer_extra_counters")))
#endif
static unsigned char t0_reached[sizeof t0_codeblock];

static inline const unsigned char *
t0_mark(const unsigned char *ip)
{
	t0_reached[ip - t0_codeblock] = 1;
	return ip;
}

#define T0_NEXT(ip) (*t0_mark((*(ip))++))

/* An operand ends with the first byte below 0x80. */
static inline const unsigned char **
t0_mark_operand(const unsigned char **ip)
{
	const unsigned char *p = *ip;

	while (*t0_mark(p) >= 0x80) {
		p++;
	}
	return ip;
}

#define t0_parse7E_unsigned(ip) (t0_parse7E_unsigned)(t0_mark_operand(ip))
#define t0_parse7E_signed(ip) (t0_parse7E_signed)(t0_mark_operand(ip))

#ifdef T0_REACHED
__attribute__((destructor)) static void
t0_write(void)
{
	FILE *f = fopen(T0_REACHED, "r+b");
	size_t u;
	int c;

	if (f == NULL) {
		f = fopen(T0_REACHED, "w+b");
	}
	for (u = 0; u < sizeof t0_reached && (c = getc(f)) != EOF; u++) {
		t0_reached[u] |= (unsigned char)c;
	}
	rewind(f);
	fwrite(t0_reached, 1, sizeof t0_reached, f);
	fclose(f);
}
#endif
