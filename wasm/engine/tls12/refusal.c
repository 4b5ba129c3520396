/*
 * See refusal.h.
 */
#include "context.h"
#include "inner.h"
#include "refusal.h"

/* see refusal.h */
void
tls12_refuse(int error, unsigned alert)
{
	tls12.refused = alert;
	br_ssl_engine_fail(&tls12.side.engine, error);
}
