/*
 * Global variables come and go; and the arena, in which every piece is the
 * heap's own, so that AddressSanitizer knows where each one ends.
 */
#include <stdlib.h>
#include <string.h>
#include "arena.h"
#include "instance.h"

/* Of a module (MAXIMUM_MEMORY in the Makefile). */
#define ARENA_MAX ((size_t)16 << 20)
#define PIECES_MAX 4096

typedef struct {
	unsigned char *data;
	size_t len;
} piece;

struct instance {
	module which;
	unsigned char *globals;
	piece pieces[PIECES_MAX];
	size_t count, total;
	int closed;
};

struct snapshot {
	instance *of;
	unsigned char *globals;
	unsigned char *pieces;
	size_t count, total;
	int closed;
};

/* The linker's. */
extern unsigned char __start_engine_state[] __attribute__((weak));
extern unsigned char __stop_engine_state[] __attribute__((weak));
extern unsigned char __start_keeper_state[] __attribute__((weak));
extern unsigned char __stop_keeper_state[] __attribute__((weak));

static instance *entered[2];
static unsigned char *fresh[2];

/* Whose arena it is. */
static instance *last;

static unsigned char *
globals_of(module which)
{
	return which == MODULE_ENGINE ? __start_engine_state
				      : __start_keeper_state;
}

static size_t
size_of(module which)
{
	return which == MODULE_ENGINE
		       ? (size_t)(__stop_engine_state - __start_engine_state)
		       : (size_t)(__stop_keeper_state - __start_keeper_state);
}

/*
 * Between variables there are zones that AddressSanitizer lets no code touch
 * (this file is compiled without it), and its memcpy() looks.
 */
__attribute__((no_builtin)) static void
copy(unsigned char *to, const unsigned char *from, size_t len)
{
	size_t u;

	for (u = 0; u < len; u++) {
		to[u] = from[u];
	}
}

/* Before anything has run, the variables are as the linker left them. */
__attribute__((constructor)) static void
keep_fresh(void)
{
	int which;

	for (which = MODULE_ENGINE; which <= MODULE_KEEPER; which++) {
		fresh[which] = malloc(size_of(which) + 1);
		copy(fresh[which], globals_of(which), size_of(which));
	}
}

/* see instance.h */
instance *
instance_new(module which)
{
	instance *in = calloc(1, sizeof *in);

	in->which = which;
	in->globals = malloc(size_of(which) + 1);
	copy(in->globals, fresh[which], size_of(which));
	instance_enter(in);
	return in;
}

/* see instance.h */
void
instance_enter(instance *in)
{
	unsigned char *globals = globals_of(in->which);
	instance *before = entered[in->which];

	last = in;
	if (before == in) {
		return;
	}
	if (before != NULL) {
		copy(before->globals, globals, size_of(in->which));
	}
	copy(globals, in->globals, size_of(in->which));
	entered[in->which] = in;
}

static void
free_pieces(instance *in, size_t kept)
{
	while (in->count > kept) {
		free(in->pieces[--in->count].data);
	}
}

/* see instance.h */
void
instance_drop(instance *in)
{
	if (entered[in->which] == in) {
		entered[in->which] = NULL;
	}
	if (last == in) {
		last = NULL;
	}
	free_pieces(in, 0);
	free(in->globals);
	free(in);
}

/* see instance.h */
snapshot *
snapshot_take(instance *in)
{
	snapshot *shot = calloc(1, sizeof *shot);
	size_t u, at = 0;

	instance_enter(in);
	shot->of = in;
	shot->globals = malloc(size_of(in->which) + 1);
	copy(shot->globals, globals_of(in->which), size_of(in->which));
	shot->pieces = malloc(in->total + 1);
	for (u = 0; u < in->count; u++) {
		memcpy(shot->pieces + at, in->pieces[u].data,
			in->pieces[u].len);
		at += in->pieces[u].len;
	}
	shot->count = in->count;
	shot->total = in->total;
	shot->closed = in->closed;
	return shot;
}

/* see instance.h */
void
snapshot_restore(const snapshot *shot)
{
	instance *in = shot->of;
	size_t u, at = 0;

	instance_enter(in);
	copy(globals_of(in->which), shot->globals, size_of(in->which));
	free_pieces(in, shot->count);
	for (u = 0; u < in->count; u++) {
		memcpy(in->pieces[u].data, shot->pieces + at,
			in->pieces[u].len);
		at += in->pieces[u].len;
	}
	in->total = shot->total;
	in->closed = shot->closed;
}

/* see wasm/arena.h */
void *
arena_alloc(size_t len)
{
	piece *p;

	if (last->closed || last->count == PIECES_MAX ||
		len > ARENA_MAX - last->total) {
		return NULL;
	}
	p = &last->pieces[last->count++];
	p->data = calloc(1, len);
	p->len = len;
	last->total += len;
	return p->data;
}

/* see wasm/arena.h */
void
arena_close(void)
{
	last->closed = 1;
}
