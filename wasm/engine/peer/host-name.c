/*
 * Is a certificate for a host?
 */
#include <string.h>
#include "engine/peer/certificate.h"

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int
same_name(const unsigned char *a, size_t alen, const char *b, size_t blen)
{
	size_t u;

	if (alen != blen) {
		return 0;
	}
	for (u = 0; u < alen; u++) {
		if (lower(a[u]) != lower((unsigned char)b[u])) {
			return 0;
		}
	}
	return 1;
}

/*
 * Is it `co.uk`, `com.br` or their like, below which a country registers
 * names for the public? Not all such domains are known here, but no certificate
 * is for all names below one of these.
 */
static int
is_registry(const char *domain)
{
	static const char *const kinds[] = {
		"ac", "co", "com", "edu", "gov", "net", "org"};
	const char *country = strchr(domain, '.') + 1;
	size_t len = (size_t)(country - domain) - 1;
	size_t u;

	if (strlen(country) != 2) {
		return 0;
	}
	for (u = 0; u < sizeof kinds / sizeof kinds[0]; u++) {
		if (same_name((const unsigned char *)kinds[u], strlen(kinds[u]),
			    domain, len)) {
			return 1;
		}
	}
	return 0;
}

static int
matches(const der *name, const char *host)
{
	const char *dot = strchr(host, '.');

	if (same_name(name->data, name->len, host, strlen(host))) {
		return 1;
	}

	/* What the wildcard leaves must have a dot of its own. */
	return name->len > 2 && name->data[0] == '*' && name->data[1] == '.' &&
	       dot != NULL && dot != host && strchr(dot + 1, '.') != NULL &&
	       !is_registry(dot + 1) &&
	       same_name(name->data + 1, name->len - 1, dot, strlen(dot));
}

/* see certificate.h */
int
certificate_is_for(const certificate *cert, const char *host)
{
	der extension, names, name;
	unsigned tag;

	if (!certificate_extension(cert, EXT_SUBJECT_ALT_NAME, &extension) ||
		!der_expect(&extension, DER_SEQUENCE, &names)) {
		return 0;
	}
	while (der_next(&names, &tag, &name)) {
		if (tag == NAME_DNS && matches(&name, host)) {
			return 1;
		}
	}
	return 0;
}
