/*
 * Is a name within a subtree of names? (RFC 5280, 4.2.1.10)
 */
#ifndef SUBTREE_H__
#define SUBTREE_H__

#include "engine/peer/certificate.h"

typedef enum {
	SUBTREE_OUTSIDE,
	SUBTREE_INSIDE,

	/* We can't tell: the form is unknown to us, or the name malformed. */
	SUBTREE_UNKNOWN
} subtree_result;

/* Can the base of a subtree be understood, if we know its form? */
int
subtree_is_valid(unsigned tag, const der *base);

/*
 * Is the name, of the same form as the base, inside of the subtree? A
 * wildcard is inside if all names are that it stands for; with `any`, as an
 * excluded subtree needs it, if one of them is.
 */
subtree_result
subtree_has(unsigned tag, const der *base, const der *name, int any);

/* directory-name.c: the same for the contents of two Names. */
subtree_result
directory_subtree_has(const der *base, const der *name);

#endif
