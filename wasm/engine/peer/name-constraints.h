/*
 * The names that a CA's certificate allows it to certify (RFC 5280,
 * 4.2.1.10). Constraints are obeyed whether they are critical or not. What
 * can't be applied to a name is no permission: the name is refused.
 */
#ifndef NAME_CONSTRAINTS_H__
#define NAME_CONSTRAINTS_H__

#include "engine/peer/certificate.h"

/* The names in one certificate. */
typedef struct {
	der subject;      /* with its header */
	der alternatives; /* GeneralNames; empty for none */
	int is_end_entity;
} certified_names;

/*
 * How many comparisons of a name with a subtree one chain may cost. Public
 * CAs need some hundreds; without a limit, eight certificates full of names
 * and subtrees would take a second.
 */
#define COMPARISONS_MAX 100000

/*
 * Can constraints be read? Returns 0, or BearSSL's error. `value` is the
 * extension's contents.
 */
int
name_constraints_check(const der *value);

/*
 * Do these names meet the constraints, which were checked before? Returns 0
 * or an error. Each comparison is taken off `comparisons`.
 */
int
name_constraints_allow(
	const der *value, const certified_names *names, uint32_t *comparisons);

#endif
