/*
 * Lets system calls of a program fail: a library for LD_PRELOAD.
 *
 * FAULT=kind:errno:nth:times names calls of one kind, of which the nth
 * (from 1 on) and the following ones, `times` in all, fail with that errno;
 * 0 times is all of them. Calls count from the moment on at which the file
 * that FAULT_AFTER names, by the end of its path, has been read: what Node
 * does before our program runs is its own business. With FAULT_ROLE, only
 * the first process that the server starts in that role is meant, and
 * without it the process that has no role. Each failure is a line in the
 * file FAULT_LOG: the kind, the number of the call, and what its descriptor
 * is. The file FAULT_LOG.first shows that there has been a first one.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * V8 reserves this much address space for one sandbox: what its memory may
 * grow to, or several GiB around it, where it can.
 */
#define SANDBOX_MIN ((size_t)1 << 24)

/* What `fails` is told of a call that has no descriptor. */
#define NO_FD (-1)

static char kind[32];
static int error, nth, times;
static const char *after, *log_file;
static int after_fd = -1;
static atomic_int armed, calls;

/* Pipes by which Node talks to itself. */
#define OWN_MAX 1024
static atomic_char own[OWN_MAX];

static int
meant(void)
{
	const char *role = getenv("S6_TLSSERVER_ROLE");
	const char *wanted = getenv("FAULT_ROLE");

	if (wanted == NULL) {
		return role == NULL;
	}
	return role != NULL && strcmp(role, wanted) == 0;
}

/* The process that replaces a worker is another one, without faults. */
static int
is_first(void)
{
	char path[4096];
	int file;

	if (getenv("FAULT_ROLE") == NULL) {
		return 1;
	}
	snprintf(path, sizeof path, "%s.first", log_file);
	file = (int)syscall(
		SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (file < 0) {
		return 0;
	}
	syscall(SYS_close, file);
	return 1;
}

__attribute__((constructor)) static void
configure(void)
{
	const char *fault = getenv("FAULT");

	after = getenv("FAULT_AFTER");
	log_file = getenv("FAULT_LOG");
	if (fault == NULL || after == NULL || log_file == NULL || !meant() ||
		sscanf(fault, "%31[^:]:%d:%d:%d", kind, &error, &nth, &times) !=
			4) {
		kind[0] = 0;
	}
}

/* Plain system calls: these must not count. */
static void
tell(int number, int fd, const char *path)
{
	char link[64], target[256] = "", line[400];
	ssize_t length;
	int file;

	if (fd != NO_FD) {
		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		length = syscall(SYS_readlinkat, AT_FDCWD, link, target,
			sizeof target - 1);
		target[length < 0 ? 0 : length] = 0;
	}
	length = snprintf(line, sizeof line, "%s %d %s%.200s\n", kind, number,
		target, path);
	file = (int)syscall(SYS_openat, AT_FDCWD, log_file,
		O_WRONLY | O_CREAT | O_APPEND, 0644);
	syscall(SYS_write, file, line, (size_t)length);
	syscall(SYS_close, file);
}

static int
is_internal(int fd)
{
	char link[64], target[16] = "";

	if (fd < 0) {
		return 0;
	}
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
	return (fd < OWN_MAX && own[fd]) ||
	       strncmp(target, "anon_inode:", 11) == 0;
}

static int
fails(const char *name, int fd, const char *path)
{
	int number;

	if (!armed || strcmp(kind, name) != 0 || is_internal(fd)) {
		return 0;
	}
	number = ++calls;
	if (number < nth || (times > 0 && number >= nth + times)) {
		return 0;
	}
	tell(number, fd, path);
	errno = error;
	return 1;
}

/* A function of the C library by the same name. */
#define FALLIBLE(result, name, parameters, arguments, fd, failure) \
	result name parameters \
	{ \
		static result(*real) parameters; \
		if (real == NULL) { \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		} \
		return fails(#name, fd, "") ? failure : real arguments; \
	}

FALLIBLE(ssize_t, read, (int fd, void *to, size_t length), (fd, to, length), fd,
	-1)
FALLIBLE(ssize_t, write, (int fd, const void *from, size_t length),
	(fd, from, length), fd, -1)
FALLIBLE(ssize_t, writev, (int fd, const struct iovec *from, int count),
	(fd, from, count), fd, -1)
FALLIBLE(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags),
	(fd, message, flags), fd, -1)
FALLIBLE(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags),
	(fd, message, flags), fd, -1)
FALLIBLE(int, accept4,
	(int fd, struct sockaddr *restrict from, socklen_t *restrict length,
		int flags),
	(fd, from, length, flags), fd, -1)
FALLIBLE(int, accept,
	(int fd, struct sockaddr *restrict from, socklen_t *restrict length),
	(fd, from, length), fd, -1)
FALLIBLE(int, socket, (int domain, int type, int protocol),
	(domain, type, protocol), NO_FD, -1)
FALLIBLE(int, bind, (int fd, const struct sockaddr *address, socklen_t length),
	(fd, address, length), fd, -1)
FALLIBLE(int, listen, (int fd, int backlog), (fd, backlog), fd, -1)
FALLIBLE(int, socketpair, (int domain, int type, int protocol, int pair[2]),
	(domain, type, protocol, pair), NO_FD, -1)
FALLIBLE(pid_t, fork, (void), (), NO_FD, -1)
FALLIBLE(int, dup2, (int from, int to), (from, to), from, -1)
FALLIBLE(int, shutdown, (int fd, int how), (fd, how), fd, -1)
FALLIBLE(int, getpeername,
	(int fd, struct sockaddr *restrict name, socklen_t *restrict length),
	(fd, name, length), fd, -1)
FALLIBLE(int, getsockname,
	(int fd, struct sockaddr *restrict name, socklen_t *restrict length),
	(fd, name, length), fd, -1)
FALLIBLE(int, setsockopt,
	(int fd, int level, int name, const void *value, socklen_t length),
	(fd, level, name, value, length), fd, -1)
FALLIBLE(int, connect,
	(int fd, const struct sockaddr *address, socklen_t length),
	(fd, address, length), fd, -1)
FALLIBLE(int, chown, (const char *path, uid_t user, gid_t group),
	(path, user, group), NO_FD, -1)
FALLIBLE(int, setgroups, (size_t count, const gid_t *groups), (count, groups),
	NO_FD, -1)
FALLIBLE(int, setgid, (gid_t group), (group), NO_FD, -1)
FALLIBLE(int, setuid, (uid_t user), (user), NO_FD, -1)
FALLIBLE(int, epoll_ctl,
	(int fd, int operation, int about, struct epoll_event *event),
	(fd, operation, about, event), about, -1)

static int
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length &&
	       strcmp(text + length - end_length, end) == 0;
}

int
open64(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	va_list more;
	mode_t mode;
	int fd;

	if (real == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "open64");
	}
	va_start(more, flags);
	mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
	va_end(more);
	if (fails("open64", NO_FD, path)) {
		return -1;
	}
	fd = real(path, flags, mode);
	if (kind[0] != 0 && !armed && ends_with(path, after) && is_first()) {
		after_fd = fd;
	}
	return fd;
}

int
pipe2(int ends[2], int flags)
{
	static int (*real)(int[2], int);
	int result;

	if (real == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "pipe2");
	}
	if (fails("pipe2", NO_FD, "")) {
		return -1;
	}
	result = real(ends, flags);
	if (result == 0 && ends[1] < OWN_MAX && ends[0] < OWN_MAX) {
		own[ends[0]] = own[ends[1]] = 1;
	}
	return result;
}

/* libuv's way to close a descriptor, and to ask for a file's status. */
long
syscall(long number, ...)
{
	static long (*real)(long, ...);
	va_list more;
	long word[6];
	size_t u;

	if (real == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	}
	va_start(more, number);
	for (u = 0; u < 6; u++) {
		word[u] = va_arg(more, long);
	}
	va_end(more);
	if (number == SYS_close && word[0] >= 0 && word[0] < OWN_MAX) {
		own[word[0]] = 0;
	}
	if (number == SYS_close && word[0] >= 0 && word[0] == after_fd) {
		after_fd = -1;
		armed = 1;
	}
	if (number == SYS_statx && fails("statx", (int)word[0], "")) {
		return -1;
	}
	return real(
		number, word[0], word[1], word[2], word[3], word[4], word[5]);
}

void *
mmap64(void *at, size_t length, int protection, int flags, int fd,
	off64_t offset)
{
	static void *(*real)(void *, size_t, int, int, int, off64_t);

	if (real == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "mmap64");
	}
	if (length >= SANDBOX_MIN && fails("mmap64", NO_FD, "")) {
		return MAP_FAILED;
	}
	return real(at, length, protection, flags, fd, offset);
}
