/*
 * See subtree.h.
 */
#include <string.h>
#include "engine/peer/subtree.h"

static unsigned
lower(unsigned c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int
ends_with(const der *name, const der *end)
{
	size_t before, u;

	if (name->len < end->len) {
		return 0;
	}
	before = name->len - end->len;
	for (u = 0; u < end->len; u++) {
		if (lower(name->data[before + u]) != lower(end->data[u])) {
			return 0;
		}
	}
	return 1;
}

static der
without(const der *name, size_t count)
{
	der rest = {name->data + count, name->len - count};

	return rest;
}

/* Labels of letters, digits, hyphens and underscores, with dots between. */
static int
is_host_name(const der *name)
{
	size_t u;
	unsigned before = '.';

	for (u = 0; u < name->len; u++) {
		unsigned c = lower(name->data[u]);
		int is_letter = (c >= 'a' && c <= 'z') ||
				(c >= '0' && c <= '9') || c == '-' || c == '_';

		if (!is_letter && (c != '.' || before == '.')) {
			return 0;
		}
		before = c;
	}
	return before != '.';
}

static int
is_wildcard(const der *name)
{
	return name->len > 2 && name->data[0] == '*' && name->data[1] == '.';
}

/*
 * A base is a host name, or empty for all names. With a dot in front, which
 * RFC 5280 doesn't have and many CAs use, it is for names below it only.
 */
static int
is_host_base(const der *base)
{
	der bare = *base;

	if (bare.len == 0) {
		return 1;
	}
	if (bare.data[0] == '.') {
		bare = without(&bare, 1);
	}
	return is_host_name(&bare);
}

static int
host_is_below(const der *base, const der *name)
{
	if (base->len == 0) {
		return 1;
	}
	if (!ends_with(name, base)) {
		return 0;
	}
	return name->len == base->len || base->data[0] == '.' ||
	       name->data[name->len - base->len - 1] == '.';
}

static subtree_result
host_subtree_has(const der *base, const der *name, int any)
{
	der rest = *name;
	der parent;
	const unsigned char *dot;

	if (is_wildcard(name)) {
		rest = without(name, 2);
	}
	if (!is_host_name(&rest)) {
		return SUBTREE_UNKNOWN;
	}
	if (host_is_below(base, name)) {
		return SUBTREE_INSIDE;
	}

	/* `*.example.com` stands for the base `www.example.com`, too. */
	dot = base->len > 0 ? memchr(base->data + 1, '.', base->len - 1) : NULL;
	if (any && is_wildcard(name) && dot != NULL && base->data[0] != '.') {
		parent = without(base, (size_t)(dot + 1 - base->data));
		if (parent.len == rest.len && ends_with(&rest, &parent)) {
			return SUBTREE_INSIDE;
		}
	}
	return SUBTREE_OUTSIDE;
}

/* What is before and behind the only `@`. Returns 0 if there is none. */
static int
split_mailbox(const der *name, der *local, der *host)
{
	const unsigned char *at = memchr(name->data, '@', name->len);

	if (at == NULL) {
		return 0;
	}
	local->data = name->data;
	local->len = (size_t)(at - name->data);
	*host = without(name, local->len + 1);
	return local->len > 0 && is_host_name(host);
}

/* One mailbox, all of a host's, or with a dot in front all below a host. */
static int
is_email_base(const der *base)
{
	der local, host;

	return split_mailbox(base, &local, &host) ||
	       (base->len > 0 && is_host_base(base));
}

static subtree_result
email_subtree_has(const der *base, const der *name)
{
	der local, host, base_local, base_host;
	int inside;

	if (!split_mailbox(name, &local, &host)) {
		return SUBTREE_UNKNOWN;
	}
	if (split_mailbox(base, &base_local, &base_host)) {
		/* Case counts before the `@` (RFC 5280, 7.5). */
		inside = local.len == base_local.len &&
			 memcmp(local.data, base_local.data, local.len) == 0 &&
			 host.len == base_host.len &&
			 ends_with(&host, &base_host);
	} else {
		inside = ends_with(&host, base) &&
			 (base->data[0] == '.' || host.len == base->len);
	}
	return inside ? SUBTREE_INSIDE : SUBTREE_OUTSIDE;
}

/* An address and a mask, whose ones come first. */
static int
is_address_base(const der *base)
{
	size_t u;
	unsigned before = 0xFF;

	if (base->len != 8 && base->len != 32) {
		return 0;
	}
	for (u = base->len / 2; u < base->len; u++) {
		unsigned mask = base->data[u];
		unsigned zeros = ~mask & 0xFF;

		if ((zeros & (zeros + 1)) != 0 || (before != 0xFF && mask)) {
			return 0;
		}
		before = mask;
	}
	return 1;
}

static subtree_result
address_subtree_has(const der *base, const der *name)
{
	size_t u;

	if (name->len != 4 && name->len != 16) {
		return SUBTREE_UNKNOWN;
	}
	if (base->len != 2 * name->len) {
		return SUBTREE_OUTSIDE;
	}
	for (u = 0; u < name->len; u++) {
		if (((name->data[u] ^ base->data[u]) &
			    base->data[name->len + u]) != 0) {
			return SUBTREE_OUTSIDE;
		}
	}
	return SUBTREE_INSIDE;
}

/* see subtree.h */
int
subtree_is_valid(unsigned tag, const der *base)
{
	switch (tag) {
	case NAME_DNS:
		return is_host_base(base);
	case NAME_EMAIL:
		return is_email_base(base);
	case NAME_IP:
		return is_address_base(base);
	default:
		return 1;
	}
}

/* see subtree.h */
subtree_result
subtree_has(unsigned tag, const der *base, const der *name, int any)
{
	der base_in = *base, own_in = *name;
	der base_name, own_name;

	switch (tag) {
	case NAME_DNS:
		return host_subtree_has(base, name, any);
	case NAME_EMAIL:
		return email_subtree_has(base, name);
	case NAME_IP:
		return address_subtree_has(base, name);
	case NAME_DIRECTORY:
		/* A CHOICE is tagged explicitly: a whole Name is in it. */
		if (!der_expect(&base_in, DER_SEQUENCE, &base_name) ||
			!der_expect(&own_in, DER_SEQUENCE, &own_name)) {
			return SUBTREE_UNKNOWN;
		}
		return directory_subtree_has(&base_name, &own_name);
	default:
		return SUBTREE_UNKNOWN;
	}
}
