/*
 * A hello that was read before BearSSL got it, and that is refused.
 */
#ifndef TLS12_REFUSAL_H__
#define TLS12_REFUSAL_H__

/* Fail with that error, and tell the client with that alert. */
void
tls12_refuse(int error, unsigned alert);

#endif
