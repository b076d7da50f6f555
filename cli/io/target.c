// SPDX-License-Identifier: GPL-2.0-only
/*
 * target.c - the command that is traced.
 */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "status.h"

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* Looks through $PATH as execvp() does. */
static bool in_path(const char *file)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path ? path : "/usr/local/bin:/usr/bin:/bin"), *rest = copy;
	bool found = false;

	for (char *dir; !found && rest && (dir = strsep(&rest, ":"));) {
		char *name;

		if (asprintf(&name, "%s/%s", dir[0] ? dir : ".", file) < 0)
			break;
		found = is_program(name);
		free(name);
	}
	free(copy);
	return found;
}

int aios_target_check(const char *file, struct aios_err *err)
{
	if (!strchr(file, '/')) {
		if (file[0] && in_path(file))
			return 0;
		aios_fail(err, 0, "%s: command not found", file);
		return AIOS_NOT_FOUND;
	}
	if (access(file, F_OK)) {
		aios_fail(err, 0, "%s: %s", file, strerror(errno));
		return errno == ENOENT || errno == ENOTDIR ? AIOS_NOT_FOUND : AIOS_CANNOT_EXEC;
	}
	if (is_program(file))
		return 0;
	aios_fail(err, 0, "%s: not a program, or no permission to execute it", file);
	return AIOS_CANNOT_EXEC;
}

/* What the new process says where it does not come to execute the command. */
struct failure {
	int why;	/* errno */
	bool user;	/* it could not become the user */
};

static void __attribute__((noreturn)) target_fail(int exec_fd, int why, bool user)
{
	struct failure failure = { why, user };

	if (write(exec_fd, &failure, sizeof(failure)) != sizeof(failure))
		_exit(AIOS_CANNOT_EXEC);
	_exit(why == ENOENT && !user ? AIOS_NOT_FOUND : AIOS_CANNOT_EXEC);
}

/* In the new process. It says its errno through @exec_fd, which closes where it succeeds. */
static void __attribute__((noreturn)) target_child(char **argv, const struct aios_user *user,
						   int go_fd, int exec_fd)
{
	sigset_t none;
	char go;
	int err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (read(go_fd, &go, 1) != 1)
		_exit(AIOS_CANNOT_EXEC);
	err = user->name ? aios_user_become(user) : 0;
	if (err)
		target_fail(exec_fd, -err, true);
	execvp(argv[0], argv);
	target_fail(exec_fd, errno, false);
}

int aios_target_start(struct aios_target *ret, char **argv, const struct aios_user *user,
		      bool out_to_err, struct aios_err *err)
{
	int go[2], exec[2];
	pid_t pid;

	*ret = (struct aios_target){ .go_fd = -1, .exec_fd = -1 };
	if (pipe2(go, O_CLOEXEC))
		return aios_fail(err, -errno, "cannot make a pipe: %s", strerror(errno));
	if (pipe2(exec, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return aios_fail(err, -errno, "cannot make a pipe: %s", strerror(errno));
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(exec[0]);
		if (out_to_err && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
			_exit(AIOS_CANNOT_EXEC);
		target_child(argv, user, go[0], exec[1]);
	}
	close(go[0]);
	close(exec[1]);
	ret->go_fd = go[1];
	ret->exec_fd = exec[0];
	if (pid < 0)
		return aios_fail(err, -errno, "cannot make a process: %s", strerror(errno));
	ret->pid = pid;
	ret->running = true;
	return 0;
}

int aios_target_go(struct aios_target *target, const char *file, struct aios_err *err)
{
	struct failure failure;
	ssize_t got;

	if (write(target->go_fd, "", 1) != 1) {
		aios_fail(err, 0, "%s: was killed before it began", file);
		return AIOS_CANNOT_EXEC;
	}
	do {
		got = read(target->exec_fd, &failure, sizeof(failure));
	} while (got < 0 && errno == EINTR);
	if (got != sizeof(failure))
		return 0;
	aios_fail(err, 0, "%s: %s%s", file, failure.user ? "cannot run it as that user: " : "",
		  strerror(failure.why));
	return failure.why == ENOENT && !failure.user ? AIOS_NOT_FOUND : AIOS_CANNOT_EXEC;
}

void aios_target_poll(struct aios_target *target)
{
	int status = 0;
	pid_t pid;

	if (!target->running)
		return;
	pid = waitpid(target->pid, &status, WNOHANG);
	if (pid == target->pid || (pid < 0 && errno == ECHILD)) {
		target->running = false;
		target->status = status;
	}
}

void aios_target_signal(const struct aios_target *target, int sig)
{
	if (target->running)
		kill(target->pid, sig);
}

void aios_target_done(struct aios_target *target)
{
	if (!target->pid)
		return;
	close(target->go_fd);
	close(target->exec_fd);
	target->go_fd = target->exec_fd = -1;
	target->pid = 0;
}

bool aios_target_failed(const struct aios_target *target)
{
	return target->pid && !target->running && target->status != 0;
}
