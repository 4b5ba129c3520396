/*
 * The way to what the host reaches by numbers.
 */
#include "abi.h"

#define NUMBER(name, arguments) name##_number,

enum {
	ENGINE_CALLS(NUMBER, NUMBER)
};

#define GIVES(name, arguments) \
	case name##_number: \
		return (uintptr_t)name arguments;
#define DOES(name, arguments) \
	case name##_number: \
		name arguments; \
		return 0;

/* see abi.h */
uintptr_t
engine_call(uint32_t number, uintptr_t a, uintptr_t b, uintptr_t c)
{
	switch (number) {
		ENGINE_CALLS(GIVES, DOES)
	default:
		__builtin_trap();
	}
}
