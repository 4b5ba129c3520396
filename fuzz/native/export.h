#ifndef EXPORT_H__
#define EXPORT_H__

/*
 * Instead of wasm/export.h: in a native program, an export is a function,
 * and an import is one that host.c defines.
 */
#define EXPORT(name)
#define IMPORT(module, name)

#endif
