/*
 * What s6-tlsd does, by BearSSL as this machine's compiler makes it, with
 * the fastest code that its engine finds here (SSE2, AES-NI, PCLMUL) and
 * no sandbox: TLS on 0 and 1 towards a super-server, and the program of
 * the arguments behind it. For measuring alone: there is no timeout, no
 * message, and no care for how connections end.
 *
 * KEYFILE and CERTFILE name an EC key (PKCS#8) and one certificate, in DER.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bearssl.h"

#define FILE_MAX 65536

static br_ssl_server_context server;
static br_ssl_engine_context *const eng = &server.eng;
static unsigned char records[BR_SSL_BUFSIZE_BIDI];

/* -1: closed. */
static int to_prog, from_prog;
static int half_closed;

static void
fail(const char *what)
{
	perror(what);
	exit(111);
}

static size_t
slurp(const char *variable, unsigned char *buf)
{
	const char *path = getenv(variable);
	FILE *file = fopen(path != NULL ? path : "", "rb");
	size_t len;

	if (file == NULL || (len = fread(buf, 1, FILE_MAX, file)) == 0) {
		fail(variable);
	}
	fclose(file);
	return len;
}

static void
configure(void)
{
	static unsigned char key[FILE_MAX], cert[FILE_MAX];
	static br_skey_decoder_context decoder;
	static br_x509_certificate chain[1];

	br_skey_decoder_init(&decoder);
	br_skey_decoder_push(&decoder, key, slurp("KEYFILE", key));
	if (br_skey_decoder_key_type(&decoder) != BR_KEYTYPE_EC) {
		fail("KEYFILE");
	}
	chain[0].data = cert;
	chain[0].data_len = slurp("CERTFILE", cert);
	br_ssl_server_init_full_ec(&server, chain, 1, BR_KEYTYPE_EC,
		br_skey_decoder_get_ec(&decoder));
	br_ssl_engine_set_buffer(eng, records, sizeof records, 1);
	br_ssl_server_reset(&server);
}

static void
start(char **argv)
{
	int in[2], out[2];

	if (pipe(in) < 0 || pipe(out) < 0) {
		fail("pipe");
	}
	switch (fork()) {
	case -1:
		fail("fork");
		break;
	case 0:
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execvp(argv[0], argv);
		fail(argv[0]);
	}
	close(in[0]);
	close(out[1]);
	to_prog = in[1];
	from_prog = out[0];
}

static void
stop(int *fd)
{
	close(*fd);
	*fd = -1;
}

/* 0 stands for "not now"; the end of what is read, or an error, is -1. */
static ssize_t
outcome(ssize_t moved)
{
	if (moved > 0) {
		return moved;
	}
	return moved < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

/* Drain before fill, each straight from or into the engine's buffers. */
static void
move(void)
{
	unsigned char *buf;
	size_t len;
	ssize_t moved;

	while ((buf = br_ssl_engine_sendrec_buf(eng, &len)) != NULL) {
		if ((moved = outcome(write(1, buf, len))) < 0) {
			exit(0);
		}
		if (moved == 0) {
			break;
		}
		br_ssl_engine_sendrec_ack(eng, (size_t)moved);
	}
	while ((buf = br_ssl_engine_recvapp_buf(eng, &len)) != NULL) {
		moved = to_prog < 0 ? (ssize_t)len
				    : outcome(write(to_prog, buf, len));
		if (moved < 0) {
			stop(&to_prog);
		}
		if (moved <= 0) {
			break;
		}
		br_ssl_engine_recvapp_ack(eng, (size_t)moved);
	}
	if ((buf = br_ssl_engine_recvrec_buf(eng, &len)) != NULL) {
		if ((moved = outcome(read(0, buf, len))) < 0) {
			exit(0);
		}
		if (moved > 0) {
			br_ssl_engine_recvrec_ack(eng, (size_t)moved);
		}
	}
	if (from_prog >= 0 &&
		(buf = br_ssl_engine_sendapp_buf(eng, &len)) != NULL) {
		if ((moved = outcome(read(from_prog, buf, len))) < 0) {
			stop(&from_prog);
		}
		if (moved > 0) {
			br_ssl_engine_sendapp_ack(eng, (size_t)moved);
		}
		/* What doesn't fill a record leaves when no more is there. */
		if (moved < (ssize_t)len) {
			br_ssl_engine_flush(eng, 0);
		}
	}
}

static void
wait_for_change(void)
{
	unsigned state = br_ssl_engine_current_state(eng);
	int sends = (state & BR_SSL_SENDREC) != 0;
	int recvs = (state & BR_SSL_RECVREC) != 0;
	int gives = (state & BR_SSL_RECVAPP) != 0;
	int takes = (state & BR_SSL_SENDAPP) != 0;
	struct pollfd fds[] = {
		{recvs ? 0 : -1, POLLIN, 0},
		{sends ? 1 : -1, POLLOUT, 0},
		{takes ? from_prog : -1, POLLIN, 0},
		{gives ? to_prog : -1, POLLOUT, 0},
	};

	if (state == BR_SSL_CLOSED) {
		exit(0);
	}
	if (from_prog < 0 && !sends && !half_closed) {
		half_closed = 1;
		shutdown(1, SHUT_WR);
	}
	if (poll(fds, sizeof fds / sizeof fds[0], -1) < 0 && errno != EINTR) {
		fail("poll");
	}
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		return 100;
	}
	signal(SIGPIPE, SIG_IGN);
	configure();
	start(argv + 1);
	fcntl(0, F_SETFL, O_NONBLOCK);
	fcntl(1, F_SETFL, O_NONBLOCK);
	fcntl(to_prog, F_SETFL, O_NONBLOCK);
	fcntl(from_prog, F_SETFL, O_NONBLOCK);
	for (;;) {
		move();
		wait_for_change();
	}
}
