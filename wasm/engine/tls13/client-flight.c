/*
 * What a client says behind our Finished: its certificate, if it was asked for
 * one, the proof of that one's key, and its own Finished.
 */
#include "bearssl.h"
#include "context.h"
#include "finished.h"
#include "verify.h"
#include "engine/connection.h"
#include "engine/errors.h"

/* see context.h */
int
server_read_certificate(const unsigned char *data, size_t len, size_t left)
{
	size_t count;
	int err = certificate_read(data, len);

	if (err != 0 || left > 0) {
		return err;
	}
	err = certificate_read_end(&count);
	if (err == 0 && count == 0 && conn.peer_must_come) {
		err = BR_ERR_NO_CLIENT_AUTH;
	}

	/* Without a certificate there is nothing to prove. */
	tls13.expects =
		count > 0 ? EXPECTS_CLIENT_VERIFY : EXPECTS_CLIENT_FINISHED;
	return err;
}

/* see context.h */
int
server_read_verify(const unsigned char *body, size_t len)
{
	tls13.expects = EXPECTS_CLIENT_FINISHED;
	return verify_read(1, body, len);
}

/* see context.h */
int
server_read_finished(const unsigned char *body, size_t len)
{
	int err = finished_read(tls13.secrets.client, body, len);

	if (err == 0) {
		tls13.step = STEP_DONE;
	}
	return err;
}
