/*
 * Something is wrong that BearSSL did not notice, or has no alert for.
 */
#ifndef TLS12_REFUSAL_H__
#define TLS12_REFUSAL_H__

/* Fail with that error, and tell the peer with that alert. */
void
tls12_refuse(int error, unsigned alert);

#endif
