#ifndef EXPORT_H__
#define EXPORT_H__

/* A function that the host calls by this name. */
#define EXPORT(name) __attribute__((used, export_name(#name)))

/* A function that the host provides. */
#define IMPORT(module, name) \
	__attribute__((import_module(#module), import_name(#name)))

#endif
