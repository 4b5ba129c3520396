/*
 * Instances of our modules. In WebAssembly each has a memory of its own;
 * here, the module's global variables are the ones of the instance that was
 * entered last, and the others' are put aside.
 *
 * The objects of a module have all their variables in one section
 * (fuzz/rules.mk), so nothing is forgotten.
 */
#ifndef INSTANCE_H__
#define INSTANCE_H__

#include <stddef.h>

typedef enum {
	MODULE_ENGINE,
	MODULE_KEEPER
} module;

typedef struct instance instance;

/* A new one, and be in it. */
instance *
instance_new(module which);
void
instance_enter(instance *in);
void
instance_drop(instance *in);

/*
 * The state of the instance that was entered last, to come back to: as
 * often as wanted, in that instance.
 */
typedef struct snapshot snapshot;
snapshot *
snapshot_take(instance *in);
void
snapshot_restore(const snapshot *shot);

#endif
