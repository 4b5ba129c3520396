/*
 * See client-hello.h.
 */
#include <string.h>
#include "client.h"
#include "client-hello.h"
#include "crypto/wipe.h"

/* see client-hello.h */
const unsigned char *
tls13_client_hello(size_t *len)
{
	*len = client.hello_len;
	return client.hello;
}

/* see client-hello.h */
int
tls13_is_our_session(const reader *session_id)
{
	return session_id->left == tls13.session_id_len &&
	       memcmp(session_id->data, tls13.session_id, session_id->left) ==
		       0;
}

/* see client-hello.h */
void
tls13_forget_client(void)
{
	client_session_forget();
	wipe(&client, sizeof client);
	wipe(&tls13, sizeof tls13);
}
