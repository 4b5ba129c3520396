/*
 * Writes what the corpora began with: conversations between two engines of
 * ours, ClientHellos of real clients, and the files of test/recorded.
 *
 * usage: record DIRECTORY
 */
#include <string.h>
#include <sys/stat.h>
#include "bearssl.h"
#include "check.h"
#include "pair.h"
#include "recorded.h"
#include "roles.h"
#include "engine/peer/certificate.h"
#include "keeper/key.h"

static const char *directory;

typedef struct {
	unsigned char data[1 << 18];
	size_t len;
} input;

static void
add(input *in, const void *data, size_t len)
{
	CHECK(len <= sizeof in->data - in->len);
	memcpy(in->data + in->len, data, len);
	in->len += len;
}

static void
add_byte(input *in, size_t byte)
{
	unsigned char one = (unsigned char)byte;

	add(in, &one, 1);
}

static void
save(const input *in, const char *target, size_t number)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", directory, target);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/%s/%zu", directory, target, number);
	f = fopen(path, "wb");
	CHECK(f != NULL && fwrite(in->data, 1, in->len, f) == in->len);
	fclose(f);
}

/* A handshake, a word either way, and two farewells; a side that ends its
   direction does so before the peer's word. */
static void
record_conversation(size_t which, size_t end, size_t number)
{
	static input said[2];
	pair *p = pair_begin(which, 0);
	direction way;
	int turn;

	for (way = TO_SERVER; way <= TO_CLIENT; way++) {
		said[way].len = 0;
		add_byte(&said[way], which);
		add_byte(&said[way], 0);
		add_byte(&said[way], end);
	}
	for (turn = 0; turn < 9; turn++) {
		for (way = TO_SERVER; way <= TO_CLIENT; way++) {
			const line *l = pair_line(p, way);

			add(&said[way], l->waiting, l->len);
			pair_pass(p, way, l->len);
			pair_hear(p, way);
			if (turn == 5) {
				pair_say(p, way, 20);
			} else if (turn == 7) {
				pair_close(p, way);
			}
		}
	}
	pair_check(p);
	save(&said[TO_SERVER], "server", number);
	save(&said[TO_CLIENT], "client", number);
}

/* From test/recorded/client-hellos.txt: a name, a tab, and hexadecimal. */
static void
record_hellos(void)
{
	static char text[8192];
	static input in;
	FILE *f = fopen("test/recorded/client-hellos.txt", "r");
	size_t number = 100;

	CHECK(f != NULL);
	while (fgets(text, sizeof text, f) != NULL) {
		const char *hex = strchr(text, '\t');
		unsigned byte;

		if (text[0] == '#' || hex == NULL) {
			continue;
		}
		in.len = 0;
		add_byte(&in, number);
		add_byte(&in, 0);
		add_byte(&in, 0);
		for (hex++; sscanf(hex, "%2x", &byte) == 1; hex += 2) {
			add_byte(&in, byte);
		}
		save(&in, "server", number++);
	}
	fclose(f);
}

static const char *const names[] = {
	"p256", "rsa", "p384", "p521", "intermediate", "root", "rsa-root"};
#define KEYS 4 /* the first ones */

static void
add_certificate(input *in, const char *name)
{
	const bytes *der = recorded_certificate(name);

	add_byte(in, der->len >> 8);
	add_byte(in, der->len);
	add(in, der->data, der->len);
}

static void
record_chains(const char *target)
{
	static input in;
	size_t u;

	for (u = 0; u < sizeof names / sizeof names[0]; u++) {
		in.len = 0;
		add_byte(&in, u);
		add_byte(&in, u * 5);
		add_certificate(&in, names[u]);
		add_certificate(&in, "intermediate");
		save(&in, target, u);
	}
}

static void
record_names(void)
{
	static const unsigned char any[] = {0x82, 3, '*', '.', 'a', 0x81, 3,
		'a', '@', 'b', 0x86, 2, 'u', ':', 0x87, 4, 127, 0, 0, 1};
	static input in;
	size_t u;

	for (u = 0; u < sizeof names / sizeof names[0]; u++) {
		const bytes *whole = recorded_certificate(names[u]);
		der value, list;
		certificate cert;

		in.len = 0;
		CHECK(certificate_parse(&cert, whole->data, whole->len));
		add_byte(&in, cert.subject.len);
		add(&in, cert.subject.data, cert.subject.len);
		add(&in, any, sizeof any);
		if (certificate_extension(
			    &cert, EXT_SUBJECT_ALT_NAME, &value) &&
			der_expect(&value, DER_SEQUENCE, &list)) {
			add(&in, list.data, list.len);
		}
		save(&in, "names", u);
	}
}

/* As many anchors as make their table grow, each with another name. */
static void
record_many_anchors(void)
{
	const bytes *der = recorded_certificate("rsa-root");
	static input in;
	size_t u;

	add_byte(&in, 0);
	add_byte(&in, 0);
	for (u = 0; u < 12; u++) {
		unsigned char *copy;
		certificate cert;

		add_certificate(&in, "rsa-root");
		copy = in.data + in.len - der->len;
		CHECK(certificate_parse(&cert, copy, der->len));
		copy[cert.subject.data + cert.subject.len - 1 - copy] =
			(unsigned char)('a' + u / 2);
	}
	save(&in, "trust-anchors", 100);
}

/* Each object of a file after the other, in DER and without its lines. */
static void
record_objects(const bytes *file, size_t number)
{
	static input in;
	const char *at = (const char *)file->data;

	while ((at = strstr(at, "-----BEGIN ")) != NULL) {
		at = strchr(at, '\n') + 1;
		in.len = 0;
		add(&in, at, strlen(at));
		save(&in, "pem", number);
		in.len = pem_body_decode(in.data, in.len);
		save(&in, "keys", 100 + number);
		number++;
	}
}

static void
record_keys(void)
{
	static input in;
	size_t u;

	for (u = 0; u < KEYS; u++) {
		const bytes *file = recorded_file(names[u]);

		in.len = 0;
		add(&in, file->data, file->len);
		save(&in, "keys", u);
		record_objects(file, 10 * u);
	}
}

static void
record_deed(size_t begin, const unsigned char *deeds, size_t len, size_t number)
{
	static input in;

	in.len = 0;
	add_byte(&in, begin);
	add(&in, deeds, len);
	save(&in, "between", number);
}

static void
record_deeds(void)
{
	/* See targets/between.c: run, say, split and pass on. */
	static const unsigned char deeds[] = {2, 12, 3, 0, 2, 0x8C, 1, 2, 9, 5,
		0, 0x80, 11, 21, 2, 1, 0, 0x8B, 23, 3, 1, 2, 3, 13, 14, 2};
	/* Either side ends its direction, and the other goes on. Then both
	   close; or a side says two warnings in a record. */
	static const unsigned char ends[] = {
		2, 12, 1, 15, 0x8C, 2, 0x8C, 3, 13, 2, 14, 0x8F, 0x8E, 2};
	static const unsigned char alerts[] = {
		2, 11, 21, 4, 1, 90, 1, 0, 2, 0x8C, 1, 2, 0x8F, 2};
	size_t u;

	for (u = 0; u < 2 * ROLES; u++) {
		size_t begin = u / 2 + (u % 2 != 0 ? 0x80 : 0);

		record_deed(begin, deeds, sizeof deeds, u);
		record_deed(begin, ends, sizeof ends, 100 + u);
		record_deed(begin, alerts, sizeof alerts, 200 + u);
	}
}

static void
record_algorithms(void)
{
	static input in;
	size_t u, v;

	for (u = 0; u < 9; u++) {
		in.len = 0;
		for (v = 0; v < 80; v++) {
			add_byte(&in, v == 0 ? u : v == 65 ? 8 : v * 37);
		}
		save(&in, "crypto", u);
	}
}

int
main(int argc, char **argv)
{
	size_t u;

	CHECK(argc == 2);
	directory = argv[1];
	for (u = 0; u < ROLES; u++) {
		record_conversation(u, 0, u);
		record_conversation(u, 1, 50 + u);
	}
	record_hellos();
	record_chains("certificates");
	record_chains("trust-anchors");
	record_many_anchors();
	record_names();
	record_keys();
	record_deeds();
	record_algorithms();
	return 0;
}
