/*
 * BearSSL as this machine's compiler makes it: ChaCha20-Poly1305 with what
 * its TLS engine would pick here. With an argument, it seals records for
 * so many milliseconds of processor time, and prints how many bytes a
 * second that were; without one, it seals one and writes tag and record.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "bearssl.h"
#include "record.h"

/* Between two looks at the clock, and before the first. */
#define BATCH 16

static br_chacha20_run cipher;
static br_poly1305_run aead;

static void
seal(unsigned times)
{
	while (times-- > 0) {
		aead(key, iv, record, RECORD_LENGTH, header, sizeof header, tag,
			cipher, 1);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
pace(double seconds)
{
	double began, elapsed, bytes = 0;

	seal(BATCH);
	began = now();
	do {
		seal(BATCH);
		bytes += BATCH * RECORD_LENGTH;
		elapsed = now() - began;
	} while (elapsed < seconds);
	return bytes / elapsed;
}

int
main(int argc, char **argv)
{
	cipher = br_chacha20_sse2_get();
	if (cipher == NULL) {
		cipher = &br_chacha20_ct_run;
	}
	aead = br_poly1305_ctmulq_get();
	if (aead == NULL) {
		aead = &br_poly1305_ctmul_run;
	}
	reset_record();
	if (argc > 1) {
		return printf("%.0f\n", pace(atof(argv[1]) / 1000)) < 0;
	}
	seal(1);
	return fwrite(tag, sizeof tag, 1, stdout) != 1 ||
	       fwrite(record, sizeof record, 1, stdout) != 1;
}
