/*
 * Is a distinguished name within a subtree of such names: does it begin
 * with the same attributes? Values are compared without regard to the type
 * of string, to the case of ASCII letters, and to how much space is between
 * words (RFC 5280, 7.1).
 */
#include <string.h>
#include "engine/peer/subtree.h"

static int
same_bytes(const der *a, const der *b)
{
	return a->len == b->len &&
	       (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/*
 * Can strings of these types be compared byte by byte? Outside of ASCII,
 * one character has different bytes in different types.
 */
static int
is_comparable(const der *value, unsigned tag, unsigned other)
{
	size_t u;

	switch (tag) {
	case DER_UTF8_STRING:
	case DER_NUMERIC_STRING:
	case DER_PRINTABLE_STRING:
	case DER_TELETEX_STRING:
	case DER_IA5_STRING:
		break;
	default:
		return 0;
	}
	for (u = 0; u < value->len; u++) {
		if (value->data[u] >= 0x80 && tag != other) {
			return 0;
		}
	}
	return 1;
}

/*
 * The next character in lower case; one space for all between two words,
 * and none at either end. -1 at the end.
 */
static int
next_character(der *value, int *started)
{
	int spaces = 0;
	int c;

	while (value->len > 0 && value->data[0] == ' ') {
		value->data++;
		value->len--;
		spaces = 1;
	}
	if (value->len == 0) {
		return -1;
	}
	if (spaces && *started) {
		*started = 0;
		return ' ';
	}
	c = value->data[0];
	value->data++;
	value->len--;
	*started = 1;
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int
same_text(der a, der b)
{
	int a_started = 0, b_started = 0;
	int c, d;

	do {
		c = next_character(&a, &a_started);
		d = next_character(&b, &b_started);
		if (c != d) {
			return 0;
		}
	} while (c != -1);
	return 1;
}

/* Two AttributeTypeAndValues. */
static subtree_result
same_attribute(der base, der name)
{
	der base_oid, own_oid, base_value, own_value;
	unsigned base_tag, own_tag;

	if (!der_expect(&base, DER_OID, &base_oid) ||
		!der_expect(&name, DER_OID, &own_oid) ||
		!der_next(&base, &base_tag, &base_value) ||
		!der_next(&name, &own_tag, &own_value) || base.len != 0 ||
		name.len != 0) {
		return SUBTREE_UNKNOWN;
	}
	if (!same_bytes(&base_oid, &own_oid)) {
		return SUBTREE_OUTSIDE;
	}
	if (base_tag == own_tag && same_bytes(&base_value, &own_value)) {
		return SUBTREE_INSIDE;
	}
	if (!is_comparable(&base_value, base_tag, own_tag) ||
		!is_comparable(&own_value, own_tag, base_tag)) {
		return SUBTREE_UNKNOWN;
	}
	return same_text(base_value, own_value) ? SUBTREE_INSIDE
						: SUBTREE_OUTSIDE;
}

/* Sets are equal if they are to the byte, or have one equal attribute. */
static subtree_result
same_set(der base, der name)
{
	der base_pair, own_pair;

	if (same_bytes(&base, &name)) {
		return SUBTREE_INSIDE;
	}
	if (!der_expect(&base, DER_SEQUENCE, &base_pair) ||
		!der_expect(&name, DER_SEQUENCE, &own_pair) || base.len != 0 ||
		name.len != 0) {
		return SUBTREE_UNKNOWN;
	}
	return same_attribute(base_pair, own_pair);
}

/* see subtree.h */
subtree_result
directory_subtree_has(const der *base, const der *name)
{
	der base_left = *base, own_left = *name;
	der base_set, own_set;
	subtree_result result;

	while (der_expect(&base_left, DER_SET, &base_set)) {
		if (!der_expect(&own_left, DER_SET, &own_set)) {
			return SUBTREE_OUTSIDE;
		}
		result = same_set(base_set, own_set);
		if (result != SUBTREE_INSIDE) {
			return result;
		}
	}
	return base_left.len == 0 ? SUBTREE_INSIDE : SUBTREE_UNKNOWN;
}
