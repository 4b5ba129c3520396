/*
 * See name-constraints.h.
 */
#include <string.h>
#include "bearssl.h"
#include "engine/errors.h"
#include "engine/peer/name-constraints.h"
#include "engine/peer/subtree.h"

#define PERMITTED 0xA0
#define EXCLUDED 0xA1

/* emailAddress, 1.2.840.113549.1.9.1: an rfc822Name in a subject. */
static const unsigned char email_address[] = {
	0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01};

/* Both lists; empty ones where there are none. Returns 0 if malformed. */
static int
read_lists(const der *value, der *permitted, der *excluded)
{
	der in = *value;
	der lists;

	permitted->len = excluded->len = 0;
	if (!der_expect(&in, DER_SEQUENCE, &lists) || in.len != 0) {
		return 0;
	}
	der_expect(&lists, PERMITTED, permitted);
	der_expect(&lists, EXCLUDED, excluded);
	return lists.len == 0 && permitted->len + excluded->len > 0;
}

/*
 * The next GeneralSubtree: only with the default minimum and no maximum
 * (RFC 5280 has no others). Returns 0 at the end, and -1 if malformed.
 */
static int
next_subtree(der *list, unsigned *tag, der *base)
{
	der subtree;

	if (list->len == 0) {
		return 0;
	}
	if (!der_expect(list, DER_SEQUENCE, &subtree) ||
		!der_next(&subtree, tag, base) || subtree.len != 0) {
		return -1;
	}
	return 1;
}

static int
list_is_valid(der list)
{
	der base;
	unsigned tag;
	int more;

	while ((more = next_subtree(&list, &tag, &base)) > 0) {
		if (!subtree_is_valid(tag, &base)) {
			return 0;
		}
	}
	return more == 0;
}

/* see name-constraints.h */
int
name_constraints_check(const der *value)
{
	der permitted, excluded;

	return read_lists(value, &permitted, &excluded) &&
			       list_is_valid(permitted) &&
			       list_is_valid(excluded)
		       ? 0
		       : ERR_X509_UNSUPPORTED_CONSTRAINT;
}

/* Constraints, and what judging by them may still cost. */
typedef struct {
	der permitted, excluded;
	uint32_t *comparisons;
} constraints;

static int
spend(constraints *by)
{
	if (*by->comparisons == 0) {
		return 0;
	}
	(*by->comparisons)--;
	return 1;
}

/* One name, of that form. Returns 0 or an error. */
static int
judge(constraints *by, unsigned form, const der *name)
{
	der list, base;
	unsigned tag;
	int restricted = 0, permitted = 0;

	for (list = by->excluded; next_subtree(&list, &tag, &base) > 0;) {
		if (!spend(by)) {
			return BR_ERR_X509_LIMIT_EXCEEDED;
		}
		if (tag == form &&
			subtree_has(tag, &base, name, 1) != SUBTREE_OUTSIDE) {
			return ERR_X509_NAME_CONSTRAINT;
		}
	}
	for (list = by->permitted; next_subtree(&list, &tag, &base) > 0;) {
		if (!spend(by)) {
			return BR_ERR_X509_LIMIT_EXCEEDED;
		}
		if (tag == form) {
			restricted = 1;
			permitted |= subtree_has(tag, &base, name, 0) ==
				     SUBTREE_INSIDE;
		}
	}
	return restricted && !permitted ? ERR_X509_NAME_CONSTRAINT : 0;
}

/* A common name that could be taken for a host's: it has a dot inside. */
static int
looks_like_host(const der *value)
{
	const unsigned char *dot = memchr(value->data, '.', value->len);

	return dot != NULL && memchr(value->data, ' ', value->len) == NULL;
}

/*
 * What a subject says besides being a directory name: e-mail addresses,
 * and a common name that programs take for a host's where there is no
 * other, although we don't.
 */
static int
judge_attributes(constraints *by, der subject, int common_names)
{
	static const unsigned char id_cn[] = {0x55, 0x04, 0x03};
	der set, pair, oid, value;
	unsigned tag;
	int err = 0;

	while (err == 0 && der_expect(&subject, DER_SET, &set)) {
		while (err == 0 && der_expect(&set, DER_SEQUENCE, &pair)) {
			if (!der_expect(&pair, DER_OID, &oid) ||
				!der_next(&pair, &tag, &value)) {
				return BR_ERR_X509_BAD_DN;
			}
			if (oid.len == sizeof email_address &&
				memcmp(oid.data, email_address, oid.len) == 0) {
				err = judge(by, NAME_EMAIL, &value);
			} else if (common_names && oid.len == sizeof id_cn &&
				   memcmp(oid.data, id_cn, oid.len) == 0 &&
				   looks_like_host(&value)) {
				err = judge(by, NAME_DNS, &value);
			}
		}
	}
	return err;
}

/* see name-constraints.h */
int
name_constraints_allow(
	const der *value, const certified_names *names, uint32_t *comparisons)
{
	constraints by = {.comparisons = comparisons};
	der list = names->alternatives, subject = names->subject;
	der name, attributes;
	unsigned form;
	int hosts = 0;
	int err;

	if (!read_lists(value, &by.permitted, &by.excluded)) {
		return ERR_X509_UNSUPPORTED_CONSTRAINT;
	}
	while (list.len > 0) {
		if (!der_next(&list, &form, &name)) {
			return BR_ERR_X509_UNEXPECTED;
		}
		hosts |= form == NAME_DNS;
		err = judge(&by, form, &name);
		if (err != 0) {
			return err;
		}
	}
	if (!der_expect(&subject, DER_SEQUENCE, &attributes)) {
		return BR_ERR_X509_BAD_DN;
	}
	if (attributes.len == 0) {
		return 0;
	}
	err = judge(&by, NAME_DIRECTORY, &names->subject);
	if (err != 0) {
		return err;
	}
	return judge_attributes(
		&by, attributes, names->is_end_entity && !hosts);
}
