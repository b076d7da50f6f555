// SPDX-License-Identifier: GPL-2.0-only
/*
 * session.c - a live trace from beginning to end.
 */
#include "session.h"

#include <errno.h>
#include <linux/magic.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "kill.h"
#include "limit.h"
#include "load.h"
#include "msg.h"
#include "namer.h"
#include "out.h"
#include "status.h"
#include "target.h"
#include "version.h"

#define ROUND_MS	50	/* is there anything to do? is asked at least that often */
#define SETTLE_MS	10	/* ... and while the last contexts go away */
#define NR_SAME		3	/* times in a row that fs.aio-nr fits, to be taken for certain */
#define NR_LOOKS	50
#define NR_PAUSE_US	1000
#define DRAIN_NS	200000000ULL	/* for the last record */
#define KILL_NS		1000000000ULL	/* killed processes, none of which ends for so long, hang */
#define KILL_MAX_NS	10000000000ULL	/* however many there are, and new ones */

struct session {
	const struct aios_session_opts *opts;
	const struct aios_session_ops *ops;
	struct aios_kernel kernel;
	struct aios_plan plan;
	struct aios_load *load;
	struct aios_live *live;
	struct aios_namer *namer;	/* of stacks; NULL where there will be none */
	struct aios_target target;
	struct aios_user user;
	struct aios_info info;
	int why;		/* errno of a plan, programs or hooks that could not be had */
	struct aios_err fell;	/* why a better level could not be had */
	int *pid_fds;
	int signal_fd;
	sigset_t old_signals;
	unsigned int signals;	/* that asked us to stop */
	uint64_t begin_ns;
	uint64_t read_ns;	/* when the rings were read last */
	uint64_t told_ns;	/* when the command was told that its time is up */
	bool nr_known;
	int64_t nr_before;	/* nr_drift() when the trace began */
	bool enough;		/* the trace ends, whatever the command does */
	bool killed;		/* what it left of the command was killed */
	const char *reason;
};

static void session_done(struct session *s)
{
	for (size_t i = 0; s->pid_fds && i < s->opts->pid_cnt; i++)
		if (s->pid_fds[i] >= 0)
			close(s->pid_fds[i]);
	free(s->pid_fds);
	aios_target_done(&s->target);
	aios_user_done(&s->user);
	aios_live_free(s->live);
	aios_namer_free(s->namer);
	aios_load_free(s->load);
	aios_plan_done(&s->plan);
	aios_kernel_done(&s->kernel);
	aios_info_done(&s->info);
	/* One that comes too late shall not kill us. */
	if (s->ops && s->ops->usr1)
		signal(SIGUSR1, SIG_IGN);
	if (s->signal_fd >= 0) {
		close(s->signal_fd);
		sigprocmask(SIG_SETMASK, &s->old_signals, NULL);
	}
}

static int plan_level(struct session *s, enum aios_level level, struct aios_err *err)
{
	struct aios_plan_wish wish = s->opts->wish;
	int code;

	wish.level = level;
	if (s->opts->blocked_over_ns)
		wish.groups |= AIOS_GROUP_BLOCKED;
	aios_plan_done(&s->plan);
	code = aios_plan_make(&s->plan, &s->kernel, &wish, err);
	if (code == -EINVAL)
		return AIOS_USAGE;
	if (!code)
		code = aios_plan_check(&s->plan, &s->kernel, err);
	s->why = code;
	return code ? AIOS_CANNOT_OBSERVE : 0;
}

/*
 * What is left where a level cannot be had, and the user leaves the choice to us. Who may not load
 * programs may load none of any level.
 */
static bool may_fall(const struct session *s)
{
	return s->why && s->why != -EPERM && s->why != -ENOMEM && s->why != -E2BIG &&
	       s->opts->source == AIOS_SOURCE_AUTO && s->plan.level != AIOS_LEVEL_SYSCALL;
}

static int plan_less(struct session *s, struct aios_err *err)
{
	s->fell = *err;
	return plan_level(s, s->plan.level == AIOS_LEVEL_EXACT ? AIOS_LEVEL_FUNCTION :
								AIOS_LEVEL_SYSCALL, err);
}

static int session_plan(struct session *s, struct aios_err *err)
{
	static const enum aios_level levels[] = {
		[AIOS_SOURCE_FUNCTION] = AIOS_LEVEL_FUNCTION,
		[AIOS_SOURCE_EXACT] = AIOS_LEVEL_EXACT,
		[AIOS_SOURCE_SYSCALL] = AIOS_LEVEL_SYSCALL,
	};
	enum aios_level level = levels[s->opts->source];
	int status;

	if (aios_kernel_ask(&s->kernel, aios_plan_wants))
		return AIOS_CANNOT_OBSERVE;
	if (s->opts->source == AIOS_SOURCE_AUTO)
		level = aios_plan_exact(&s->kernel) ? AIOS_LEVEL_EXACT : AIOS_LEVEL_FUNCTION;
	status = plan_level(s, level, err);
	while (may_fall(s))
		status = plan_less(s, err);
	return status;
}

/* Says in a line, once it is certain, that less can be had than usual, and why. */
static void say_fallen(const struct session *s)
{
	if (s->fell.text[0])
		aios_say("%s; going on at evidence level %s%s", s->fell.text,
			 aios_level_name(s->plan.level), s->plan.level == AIOS_LEVEL_SYSCALL ?
			 ": calls are counted, single requests are not seen" : "");
}

int aios_session_plan(const struct aios_session_opts *opts, struct aios_buf *buf,
		      struct aios_err *err)
{
	struct session s = { .opts = opts, .signal_fd = -1 };
	int status = session_plan(&s, err);

	if (s.plan.rows)
		aios_plan_text(&s.plan, buf);
	if (!status)
		say_fallen(&s);
	session_done(&s);
	return status;
}

/* A cgroup's id is the inode number of its directory: the 64-bit handle of kernfs. */
static int session_filter(struct session *s, struct aios_config *config, struct aios_err *err)
{
	const struct aios_session_opts *opts = s->opts;
	struct statfs fs;
	struct stat st;

	if (opts->argv || opts->pid_cnt)
		config->filter |= AIOS_BY_PROCESS;
	if (opts->comm) {
		config->filter |= AIOS_BY_COMM;
		/* The kernel keeps 15 bytes of a name. */
		strncpy(config->comm, opts->comm, sizeof(config->comm) - 1);
	}
	if (!opts->cgroup)
		return 0;
	if (stat(opts->cgroup, &st) || statfs(opts->cgroup, &fs) || !S_ISDIR(st.st_mode) ||
	    fs.f_type != CGROUP2_SUPER_MAGIC) {
		aios_fail(err, 0, "%s: no such cgroup; give the path of its directory below "
			  "/sys/fs/cgroup", opts->cgroup);
		return AIOS_USAGE;
	}
	config->filter |= AIOS_BY_CGROUP;
	config->cgroup = st.st_ino;
	return 0;
}

static int load_level(struct session *s, struct aios_err *err)
{
	struct aios_load_opts opts = {
		.config.stacks = s->opts->stacks,
		.config.blocked_over = s->opts->blocked_over_ns,
		.buffer = s->opts->buffer,
		.verbose = s->opts->verbose,
	};
	struct aios_feed feed = s->namer ? aios_namer_feed(s->namer) : s->ops->feed;
	int status = session_filter(s, &opts.config, err);

	if (status)
		return status;
	s->why = aios_load_new(&s->plan, &s->kernel, &opts, &s->load, err);
	if (!s->why && opts.config.filter & AIOS_BY_PROCESS)
		s->why = aios_plan_follow_check(&s->plan, err);
	if (s->why)
		return AIOS_CANNOT_OBSERVE;
	s->live = aios_live_new(s->load, &feed);
	return s->live ? 0 : AIOS_CANNOT_OBSERVE;
}

/* The plan at a lower level, and its programs, in place of what could not be loaded or attached. */
static int session_fall(struct session *s, struct aios_err *err)
{
	int status;

	s->live = aios_live_free(s->live);
	s->load = aios_load_free(s->load);
	status = plan_less(s, err);
	return status ? status : load_level(s, err);
}

static int session_load(struct session *s, struct aios_err *err)
{
	bool named = s->opts->stacks || s->opts->blocked_over_ns;
	int status;

	s->namer = named ? aios_namer_new(&s->ops->feed) : NULL;
	status = s->namer || !named ? load_level(s, err) : AIOS_CANNOT_OBSERVE;
	while (may_fall(s))
		status = session_fall(s, err);
	return status;
}

static int trace_tgid(void *arg, uint32_t tgid)
{
	struct session *s = arg;

	return aios_load_trace(s->load, tgid);
}

static int session_trace_pid(struct session *s, struct aios_processes *all, pid_t pid,
			     struct aios_err *err)
{
	int code = aios_processes_family(all, pid, trace_tgid, s);

	if (code == -ESRCH) {
		aios_fail(err, code, "there is no process %d%s", pid, aios_load_sees_all(s->load) ?
			  "" : " in the pid namespace of this tool, whose numbers -p takes");
		return AIOS_USAGE;
	}
	if (!code)
		return 0;
	aios_fail(err, code, "cannot trace process %d: %s", pid, strerror(-code));
	return AIOS_CANNOT_OBSERVE;
}

/* Both what -p and what fork() said are numbers of our own pid namespace. */
static int session_trace_pids(struct session *s, struct aios_err *err)
{
	struct aios_processes all;
	int status = 0, code;

	if (!s->opts->pid_cnt && !s->target.pid)
		return 0;
	if (s->plan.level == AIOS_LEVEL_SYSCALL && !aios_load_sees_all(s->load)) {
		aios_fail(err, 0, "at evidence level syscall processes can only be told apart in "
			  "the initial pid namespace; run the tool there");
		return AIOS_CANNOT_OBSERVE;
	}
	code = aios_load_processes(s->load, &all);
	if (code) {
		aios_fail(err, code, "cannot list processes: %s", strerror(-code));
		return AIOS_CANNOT_OBSERVE;
	}
	for (size_t i = 0; i < s->opts->pid_cnt && !status; i++)
		status = session_trace_pid(s, &all, s->opts->pids[i], err);
	if (!status && s->target.pid)
		status = session_trace_pid(s, &all, s->target.pid, err);
	aios_processes_done(&all);
	return status;
}

static int session_pid_fds(struct session *s, struct aios_err *err)
{
	s->pid_fds = calloc(s->opts->pid_cnt + 1, sizeof(*s->pid_fds));
	if (!s->pid_fds)
		return -ENOMEM;
	for (size_t i = 0; i < s->opts->pid_cnt; i++) {
		s->pid_fds[i] = (int)syscall(SYS_pidfd_open, s->opts->pids[i], 0);
		if (s->pid_fds[i] < 0 && errno != ESRCH)
			return aios_fail(err, -errno, "cannot watch process %d: %s",
					 s->opts->pids[i], strerror(errno));
	}
	return 0;
}

/*
 * Children that a process makes before the fork hook is there are found by looking a second time
 * when it is.
 */
static int attach_level(struct session *s, struct aios_err *err)
{
	int status = session_trace_pids(s, err);

	if (status)
		return status;
	s->why = aios_load_attach(s->load, &s->plan, err);
	if (s->why || session_pid_fds(s, err))
		return AIOS_CANNOT_OBSERVE;
	return session_trace_pids(s, err);
}

static int session_attach(struct session *s, struct aios_err *err)
{
	int status = attach_level(s, err);

	while (may_fall(s)) {
		status = session_fall(s, err);
		if (!status)
			status = attach_level(s, err);
	}
	if (!status)
		say_fallen(s);
	return status;
}

static void command_text(const struct aios_session_opts *opts, struct aios_buf *buf)
{
	for (size_t i = 0; opts->argv && opts->argv[i]; i++)
		aios_buf_fmt(buf, "%s%s", i ? " " : "", opts->argv[i]);
	for (size_t i = 0; i < opts->pid_cnt; i++)
		aios_buf_fmt(buf, "%sprocess %d", buf->len ? ", " : "", opts->pids[i]);
	if (opts->comm)
		aios_buf_fmt(buf, "%scommand %s", buf->len ? ", " : "", opts->comm);
	if (opts->cgroup)
		aios_buf_fmt(buf, "%scgroup %s", buf->len ? ", " : "", opts->cgroup);
	if (!buf->len)
		aios_buf_str(buf, "everything");
}

static int64_t wall_offset_ns(void)
{
	struct timespec wall;

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * 1000000000 + wall.tv_nsec - (int64_t)aios_now_ns();
}

/* How much of the limit is taken; together, or neither is told. */
static void info_limit(struct aios_info *info)
{
	uint64_t nr = aios_limit_taken(), max = aios_limit_max();

	if (nr == UINT64_MAX || max == UINT64_MAX)
		return;
	info->aio_nr = nr;
	info->aio_max_nr = max;
}

static int session_info(struct session *s)
{
	struct aios_info *info = &s->info;
	struct aios_buf command = { 0 }, json = { 0 };
	struct utsname uts;
	time_t now = time(NULL);
	struct tm local;
	int err;

	uname(&uts);
	localtime_r(&now, &local);
	command_text(s->opts, &command);
	info->version = strdup(AIOS_VERSION);
	info->kernel = strdup(uts.release);
	info->host = strdup(uts.nodename);
	info->evidence = strdup(aios_level_name(s->plan.level));
	info->command = command.data;
	info->cpus = aios_load_rings(s->load)->cpus;
	info->wall_offset_ns = wall_offset_ns();
	info->utc_offset_s = (int32_t)local.tm_gmtoff;
	info->start_ns = aios_now_ns();
	info_limit(info);
	info->blocked_over_ns = aios_plan_sleeps(&s->plan) ? s->opts->blocked_over_ns : 0;
	err = aios_plan_info(&s->plan, info);
	if (!err)
		err = aios_info_write(info, &json);
	if (!err)
		err = s->ops->feed.chunk(s->ops->feed.arg, AIOS_CHUNK_INFO, 0, json.data, json.len);
	aios_buf_done(&json);
	return err;
}

static int session_scan(void *arg)
{
	struct session *s = arg;
	int err = aios_live_look(s->live, AIOS_LOOK_READ);

	return err < 0 ? err : 0;
}

/*
 * How far fs.aio-nr is from what contexts were made and killed for since the hooks are there. It
 * changes a moment before that is counted: while that happens it is asked again. A kprobe may miss
 * a call and not say so.
 *
 * Return: whether it could be told.
 */
static bool nr_drift(const struct session *s, int64_t *ret)
{
	const struct aios_kernel_stats *stats = aios_load_stats(s->load);
	int64_t before = 0;
	uint64_t nr;
	int same = 0;

	if (s->plan.level == AIOS_LEVEL_SYSCALL || s->opts->wish.attach == AIOS_ATTACH_KPROBE)
		return false;
	for (int i = 0; i < NR_LOOKS && same < NR_SAME; i++) {
		nr = aios_limit_taken();
		if (nr == UINT64_MAX)
			return false;
		*ret = (int64_t)nr - (int64_t)(*(const volatile __u64 *)&stats->nr_added -
				      *(const volatile __u64 *)&stats->nr_taken);
		same = i && *ret == before ? same + 1 : 0;
		before = *ret;
		usleep(NR_PAUSE_US);
	}
	return same == NR_SAME;
}

/* Whoever has no kernel functions hooked has no stacks either. */
static int session_names(struct session *s)
{
	if (s->namer && s->plan.level == AIOS_LEVEL_SYSCALL)
		aios_say("at evidence level syscall there are no stacks, and nobody sees whether "
			 "io_submit sleeps");
	else if (s->opts->blocked_over_ns && !aios_plan_sleeps(&s->plan))
		aios_say("whether io_submit sleeps cannot be seen: --plan says what is missing");
	if (s->opts->wish.groups & AIOS_GROUP_BLOCK && !aios_plan_blocks(&s->plan))
		aios_say("what the block layer does cannot be tied to requests: --plan says what "
			 "is missing");
	if (s->opts->wish.groups & AIOS_GROUP_EVENTFD && !aios_plan_eventfds(&s->plan))
		aios_say("whether eventfds are read cannot be seen: --plan says what is missing");
	if (!s->namer || s->plan.level == AIOS_LEVEL_SYSCALL)
		return 0;
	return aios_namer_read(s->namer, aios_load_sees_all(s->load));
}

static int session_begin(struct session *s, struct aios_err *err)
{
	int code = s->ops->begun ? s->ops->begun(s->ops->arg) : 0;

	if (!code)
		code = session_names(s);
	if (!code)
		code = session_info(s);
	if (!code)
		code = aios_load_found(s->load, &s->plan, session_scan, s, err);
	if (!code && !s->opts->argv && !s->opts->pid_cnt && !aios_load_sees_all(s->load))
		aios_say("this is not the initial pid namespace: of processes outside, contexts "
			 "older than the trace are not found");
	s->nr_known = nr_drift(s, &s->nr_before);
	if (!code)
		code = aios_ready(s->opts->ready_file, err);
	s->begin_ns = aios_now_ns();
	return code;
}

static int signals_take(struct session *s)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGINT);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGHUP);
	sigaddset(&wanted, SIGCHLD);
	if (s->ops->usr1)
		sigaddset(&wanted, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &wanted, &s->old_signals))
		return -errno;
	/* Whoever started us may ignore it, and then the kernel keeps no status of a child. */
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	s->signal_fd = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd < 0 ? -errno : 0;
}

/*
 * The first signal is the command's: it ends, and so does the trace. A terminal's interrupt has
 * reached it already. The second one ends the trace whatever the command does.
 */
static void signals_read(struct session *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			continue;
		if (info.ssi_signo == SIGUSR1) {
			s->ops->usr1(s->ops->arg);
			continue;
		}
		s->signals++;
		if (info.ssi_code != SI_KERNEL)
			aios_target_signal(&s->target, (int)info.ssi_signo);
	}
	aios_target_poll(&s->target);
}

/* Return: whether a ring fills up. */
static bool session_wait(const struct session *s, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = aios_load_rings(s->load)->bell_fd, .events = POLLIN },
		{ .fd = s->signal_fd, .events = POLLIN },
	};

	poll(fds, 2, timeout_ms);
	return aios_load_rung(s->load);
}

static bool pids_gone(const struct session *s)
{
	for (size_t i = 0; i < s->opts->pid_cnt; i++) {
		struct pollfd fd = { .fd = s->pid_fds[i], .events = POLLIN };

		if (s->pid_fds[i] >= 0 && !poll(&fd, 1, 0))
			return false;
	}
	return s->opts->pid_cnt > 0;
}

/* The command gets the time that contexts get to go away, then it is left behind. */
static bool time_is_up(struct session *s)
{
	uint64_t now_ns = aios_now_ns();

	if (!s->opts->duration_ns || now_ns - s->begin_ns < s->opts->duration_ns)
		return false;
	if (!s->target.running)
		return true;
	if (!s->told_ns) {
		aios_target_signal(&s->target, SIGTERM);
		s->told_ns = now_ns;
	}
	return now_ns - s->told_ns >= s->opts->settle_ns;
}

/* What hangs will not end by itself, and nobody would wait for its contexts. */
static bool seen_enough(struct session *s)
{
	if (!s->enough && s->ops->enough)
		s->enough = s->ops->enough(s->ops->arg);
	return s->enough;
}

static const char *session_over(struct session *s)
{
	if (s->opts->argv && !s->target.running)
		return "the command ended";
	if (s->signals > (s->opts->argv ? 1 : 0))
		return "stopped by a signal";
	if (!s->opts->argv && pids_gone(s))
		return "the process ended";
	if (seen_enough(s))
		return "something hangs";
	return time_is_up(s) ? "the time was up" : NULL;
}

/*
 * Where nobody waits for them, records stay in the rings for a while: what the load does not leave
 * of the CPUs' time is not taken from it, and more at once is cheaper.
 */
static int session_round(struct session *s, int timeout_ms)
{
	bool full = session_wait(s, timeout_ms);
	uint64_t now_ns = aios_now_ns();
	int err;

	if (full || now_ns - s->read_ns >= s->ops->pause_ns) {
		err = aios_live_look(s->live, AIOS_LOOK_READ);
		/* What a writer in the middle of a record held back is read at the next look. */
		if (!err)
			s->read_ns = now_ns;
	} else {
		err = aios_live_look(s->live, AIOS_LOOK_GLANCE);
	}
	err = err < 0 ? err : 0;
	if (!err && s->ops->tick)
		s->ops->tick(s->ops->arg, aios_live_stats(s->live), aios_now_ns() - s->begin_ns);
	return err;
}

static int session_loop(struct session *s)
{
	int err = 0;

	while (!err && !s->reason) {
		err = session_round(s, ROUND_MS);
		signals_read(s);
		s->reason = session_over(s);
	}
	return err;
}

/* After the command, its contexts: they go away by RCU and work queues, a little later. */
static int session_settle(struct session *s)
{
	uint64_t end_ns = aios_now_ns() + s->opts->settle_ns;
	int err = 0;

	if (s->enough || (!s->opts->argv && !pids_gone(s)))
		return 0;
	while (!err && aios_load_contexts(s->load) && aios_now_ns() < end_ns && s->signals < 2) {
		err = session_round(s, SETTLE_MS);
		signals_read(s);
	}
	return err;
}

/*
 * The command and what it started, as far as that can be killed: a process that waits within the
 * kernel for what never comes does not end. Nothing else is killed, as nothing else was started.
 */
static int session_kill(struct session *s)
{
	uint64_t begin_ns = aios_now_ns(), changed_ns = begin_ns, now_ns = begin_ns;
	size_t left = SIZE_MAX, before;
	int err = 0;

	if (!s->enough || !s->opts->kill || !s->opts->argv)
		return 0;
	aios_target_signal(&s->target, SIGKILL);
	s->killed = true;
	while (!err && left && now_ns - changed_ns < KILL_NS && now_ns - begin_ns < KILL_MAX_NS &&
	       s->signals < 2) {
		before = left;
		left = aios_kill_traced(s->load);
		err = left ? session_round(s, ROUND_MS) : 0;
		signals_read(s);
		now_ns = aios_now_ns();
		if (left != before)
			changed_ns = now_ns;
	}
	return err;
}

/* A program that was interrupted while it wrote its last record is given a moment. */
static int session_drain(struct session *s)
{
	uint64_t end_ns = aios_now_ns() + DRAIN_NS;
	int err;

	aios_load_stop(s->load);
	do {
		err = aios_live_look(s->live, AIOS_LOOK_READ);
	} while (err > 0 && aios_now_ns() < end_ns);
	return err < 0 ? err : aios_live_look(s->live, AIOS_LOOK_LAST);
}

static int session_end(struct session *s)
{
	struct aios_end end = {
		.reason = (char *)s->reason,
		.command_status = s->target.pid && !s->target.running ? s->target.status : -1,
	};
	struct aios_buf json = { 0 };
	int64_t after = 0;
	int err;

	end.nr_known = s->nr_known && nr_drift(s, &after);
	end.nr_drift = end.nr_known ? after - s->nr_before : 0;
	err = session_drain(s);
	end.stats = *aios_load_stats(s->load);
	end.end_ns = aios_now_ns();
	if (!err)
		err = aios_end_write(&end, &json);
	if (!err)
		err = s->ops->feed.chunk(s->ops->feed.arg, AIOS_CHUNK_END, 0, json.data, json.len);
	aios_buf_done(&json);
	return err;
}

static void session_result(const struct session *s, struct aios_session_result *ret)
{
	const struct aios_live_stats *stats = aios_live_stats(s->live);
	const struct aios_kernel_stats *kept = aios_load_stats(s->load);

	ret->records = stats->records;
	ret->lost = stats->dropped;
	ret->missed = stats->missed;
	ret->not_kept = kept->ctx_full + kept->proc_full + kept->work_full;
	if (s->target.pid && !s->target.running)
		ret->command_status = s->target.status;
	ret->command_failed = aios_target_failed(&s->target);
	ret->killed = s->killed;
	if (s->opts->argv && (s->killed || !s->target.running))
		ret->left = aios_load_traced(s->load);
}

/* The trace is over because it could not go on; the command is not, and knows nothing of it. */
static void session_let_run(struct session *s)
{
	aios_load_stop(s->load);
	while (s->target.running && s->signals < 2) {
		struct pollfd fd = { .fd = s->signal_fd, .events = POLLIN };

		poll(&fd, 1, 1000);
		signals_read(s);
	}
}

static int session_trace(struct session *s, struct aios_session_result *ret, struct aios_err *err)
{
	int code = session_begin(s, err), status = 0;

	if (!code && s->opts->argv)
		status = aios_target_go(&s->target, s->opts->argv[0], err);
	if (!code && !status)
		code = session_loop(s);
	if (!code && !status)
		code = session_kill(s);
	if (!code && !status)
		code = session_settle(s);
	if (!code && !status)
		code = session_end(s);
	session_result(s, ret);
	if (!code && !status && s->ops->ended)
		code = s->ops->ended(s->ops->arg, ret);
	if (code) {
		session_let_run(s);
		session_result(s, ret);
	}
	return status ? status : code;
}

/* What can be wrong with the command is found out before anything is loaded. */
static int session_check(struct session *s, struct aios_err *err)
{
	if (s->opts->user && aios_user_find(&s->user, s->opts->user, err))
		return AIOS_USAGE;
	return s->opts->argv ? aios_target_check(s->opts->argv[0], err) : 0;
}

int aios_session(const struct aios_session_opts *opts, const struct aios_session_ops *ops,
		 struct aios_session_result *ret, struct aios_err *err)
{
	struct session s = { .opts = opts, .ops = ops, .signal_fd = -1 };
	int status = session_check(&s, err);

	*ret = (struct aios_session_result){ .command_status = -1 };
	if (!status)
		status = session_plan(&s, err);
	if (!status)
		status = session_load(&s, err);
	if (!status && signals_take(&s))
		status = AIOS_CANNOT_OBSERVE;
	if (!status && opts->argv &&
	    aios_target_start(&s.target, opts->argv, &s.user, opts->out_to_err, err))
		status = AIOS_CANNOT_OBSERVE;
	if (!status)
		status = session_attach(&s, err);
	if (!status)
		status = session_trace(&s, ret, err);
	session_done(&s);
	return status;
}
