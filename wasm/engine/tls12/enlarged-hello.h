/*
 * BearSSL's client, after a ClientHello that it did not write.
 */
#ifndef ENLARGED_HELLO_H__
#define ENLARGED_HELLO_H__

#include <stddef.h>

/*
 * Start, and go on as if that ClientHello (header and all) had been sent: one
 * that offers at least what BearSSL would. Returns 0 or an error.
 */
int
tls12_goes_on_from(const unsigned char *hello, size_t len);

#endif
