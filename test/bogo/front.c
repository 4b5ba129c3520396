/*
 * What BoringSSL's test runner starts for each of its thousands of tests.
 * It takes its arguments to a process that is there already (shim.ts), and
 * gives back what that one answers: Node's own start would take minutes of
 * all tests together.
 *
 * BOGO_SHIMS is the folder of those processes' sockets, named 0, 1, …;
 * BOGO_SHIM_COUNT is how many there are.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The runner takes this for "not implemented", any other for a failure. */
#define BROKEN 1

static int
fail(const char *what)
{
	perror(what);
	return BROKEN;
}

static int
connect_to_a_shim(void)
{
	const char *folder = getenv("BOGO_SHIMS");
	const char *count = getenv("BOGO_SHIM_COUNT");
	struct sockaddr_un address;
	int fd;

	if (folder == NULL || count == NULL || atoi(count) < 1) {
		return -1;
	}
	memset(&address, 0, sizeof address);
	address.sun_family = AF_UNIX;
	snprintf(address.sun_path, sizeof address.sun_path, "%s/%d", folder,
		(int)(getpid() % atoi(count)));
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 ||
		connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
		return -1;
	}
	return fd;
}

static int
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t done = write(fd, data, len);

		if (done < 0) {
			return -1;
		}
		data += done;
		len -= (size_t)done;
	}
	return 0;
}

/* The answer: the exit code, then what goes to standard error. */
static int
take_answer(int fd)
{
	unsigned char code = BROKEN;
	char text[4096];
	ssize_t len;

	if (read(fd, &code, 1) != 1) {
		return fail("front: no answer");
	}
	while ((len = read(fd, text, sizeof text)) > 0) {
		write_all(STDERR_FILENO, text, (size_t)len);
	}
	return code;
}

int
main(int argc, char **argv)
{
	int fd, i;

	/* A handshake in two processes is something of BoringSSL's own. */
	if (argc == 2 && strcmp(argv[1], "-is-handshaker-supported") == 0) {
		puts("No");
		return 0;
	}
	fd = connect_to_a_shim();
	if (fd < 0) {
		return fail("front: no shim");
	}
	for (i = 1; i < argc; i++) {
		if (write_all(fd, argv[i], strlen(argv[i]) + 1) < 0) {
			return fail("front: arguments");
		}
	}
	shutdown(fd, SHUT_WR);
	return take_answer(fd);
}
