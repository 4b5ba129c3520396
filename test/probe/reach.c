/*
 * A prog that wants what is not its own: for each line "what target" on
 * standard input it tries, and answers "reached" or "denied". It ends at
 * EOF.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int
can_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY);
	int reached = fd >= 0 && read(fd, &byte, 1) == 1;

	if (fd >= 0) {
		close(fd);
	}
	return reached;
}

static int
can_open(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0) {
		close(fd);
	}
	return fd >= 0;
}

/* Is there a descriptor whose file it can tell? */
static int
can_list(const char *path)
{
	char link[4096], target[4096];
	DIR *folder = opendir(path);
	struct dirent *entry;
	int reached = 0;

	if (folder == NULL) {
		return 0;
	}
	while ((entry = readdir(folder)) != NULL) {
		snprintf(link, sizeof link, "%s/%s", path, entry->d_name);
		reached |= readlink(link, target, sizeof target) > 0;
	}
	closedir(folder);
	return reached;
}

static int
can_trace(int pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0) {
		return 0;
	}
	/* It must be stopped to be let go. */
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return 1;
}

/* Any address will do: who may not look is told so before it is looked at. */
static int
can_copy(int pid)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {(void *)4096, 1};

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == 1 ||
	       errno == EFAULT;
}

/* Signal 0 is sent to nothing, and refused as any other. */
static int
can_signal(int pid)
{
	return kill(pid, 0) == 0;
}

/* A socket that is not there counts as reached: so the tests can't pass by a wrong name. */
static int
can_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int error;

	strncpy(address.sun_path, path, sizeof address.sun_path - 1);
	error = connect(fd, (struct sockaddr *)&address, sizeof address);
	error = error == 0 ? 0 : errno;
	close(fd);
	return error != EACCES;
}

static int
reach(const char *what, const char *target)
{
	char path[4096];
	int pid = atoi(target);

	if (strcmp(what, "file") == 0) {
		return can_read(target);
	}
	if (strcmp(what, "connect") == 0) {
		return can_connect(target);
	}
	if (strcmp(what, "trace") == 0) {
		return can_trace(pid);
	}
	if (strcmp(what, "copy") == 0) {
		return can_copy(pid);
	}
	if (strcmp(what, "signal") == 0) {
		return can_signal(pid);
	}
	snprintf(path, sizeof path, "/proc/%d/%s", pid, what);
	if (strcmp(what, "mem") == 0) {
		return can_open(path);
	}
	return strcmp(what, "fd") == 0 ? can_list(path) : can_read(path);
}

int
main(void)
{
	char what[32], target[4096];

	printf("%d\n", getpid());
	fflush(stdout);
	while (scanf("%31s %4095s", what, target) == 2) {
		puts(reach(what, target) ? "reached" : "denied");
		fflush(stdout);
	}
	return 0;
}
