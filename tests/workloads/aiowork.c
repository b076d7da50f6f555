/* SPDX-License-Identifier: GPL-2.0-only */
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "aiowork.h"

static const struct aiow_scenario scenarios[] = {
	{ "ops", "every operation a few times on a buffered file", 0, aiow_run_ops },
	{ "buffered", "cached reads and writes, short reads, reads at the end of the file", 0,
	  aiow_run_buffered },
	{ "reopen", "two files in turn, each opened, read and closed: struct files are used again",
	  0, aiow_run_reopen },
	{ "direct", "O_DIRECT reads and writes of DEV in batches of 32 (writes back what it read)",
	  AIOW_NEEDS_DEV, aiow_run_direct },
	{ "direct-file", "the same with a file in DIR", 0, aiow_run_direct_file },
	{ "depth1", "O_DIRECT reads of DEV, one at a time", AIOW_NEEDS_DEV, aiow_run_depth1 },
	{ "depth128", "O_DIRECT reads of DEV, 128 in flight all the time", AIOW_NEEDS_DEV,
	  aiow_run_depth128 },
	{ "hipri", "RWF_HIPRI reads of DEV, which nobody will poll for", AIOW_NEEDS_DEV,
	  aiow_run_hipri },
	{ "fsync", "fsync and fdsync, many in flight, beside writes; by root as another user, too",
	  0, aiow_run_fsync },
	{ "iocb-reuse", "one iocb in flight twice, and thousands of times in a row", 0,
	  aiow_run_iocb_reuse },
	{ "errors", "requests that complete with an error", 0, aiow_run_errors },
	{ "nonblock", "RWF_NOWAIT, RWF_DSYNC and O_NONBLOCK", 0, aiow_run_nonblock },
	{ "blocked", "io_submit that sleeps in a read of an empty pipe; ended by data, a signal", 0,
	  aiow_run_blocked },
	{ "uncached", "buffered reads of pages that are not in memory: io_submit waits for them", 0,
	  aiow_run_uncached },
	{ "freeze", "writes, good and bad, to a file system that is frozen now and then", 0,
	  aiow_run_freeze },
	{ "refused", "submissions refused for every reason", 0, aiow_run_refused },
	{ "smp", "four pinned threads submit to one context, a fifth collects", AIOW_NEEDS_DEV,
	  aiow_run_smp },
	{ "threads", "four threads submit to one context and collect each other's events", 0,
	  aiow_run_threads },
	{ "readers", "two sleeping readers of one ring, in turn with a user-space reaper", 0,
	  aiow_run_readers },
	{ "reader-leaves", "a reader that goes on to other calls as soon as its event is there", 0,
	  aiow_run_reader_leaves },
	{ "reader-race", "four readers of the smallest ring at once, and faults in the middle", 0,
	  aiow_run_reader_race },
	{ "timeout-race", "time-outs of microseconds against completions", 0,
	  aiow_run_timeout_race },
	{ "churn", "io_setup and io_destroy in a loop in four threads", 0, aiow_run_churn },
	{ "contexts", "eight contexts of different sizes", 0, aiow_run_contexts },
	{ "setup-fail", "io_setup that fails for every reason", 0, aiow_run_setup_fail },
	{ "limit-lowered", "fs.aio-max-nr below what there is, for a moment; needs root", 0,
	  aiow_run_limit_lowered },
	{ "mremap", "a ring moved with mremap, which renames the context", 0, aiow_run_mremap },
	{ "destroy-inflight", "io_destroy with requests in flight, twice, and by four threads", 0,
	  aiow_run_destroy_inflight },
	{ "getevents-dead", "io_destroy under a sleeping io_getevents", 0,
	  aiow_run_getevents_dead },
	{ "crowd", "as many contexts as --count says, all there until the exit", AIOW_LEAVES,
	  aiow_run_crowd },
	{ "holder", "contexts in every state, held: --hold", AIOW_LEAVES, aiow_run_holder },
	{ "none", "no native AIO at all", 0, aiow_run_none },
	{ "user-reap", "all events taken from the mapped ring, which wraps many times", 0,
	  aiow_run_user_reap },
	{ "ring-scribble", "nonsense in the ring's head and tail while requests complete", 0,
	  aiow_run_ring_scribble },
	{ "eventfd", "an eventfd on every request", 0, aiow_run_eventfd },
	{ "eventfd-each", "the same, read once for each batch of eight", 0, aiow_run_eventfd_each },
	{ "eventfd-last", "an eventfd on the last request of each batch", 0,
	  aiow_run_eventfd_last },
	{ "eagain", "the ring filled until io_submit says EAGAIN, also within a batch", 0,
	  aiow_run_eagain },
	{ "again-polls", "the ring filled with polls that wait, until EAGAIN", 0,
	  aiow_run_again_polls },
	{ "again-reads", "the ring filled with reads of DEV, until EAGAIN", AIOW_NEEDS_DEV,
	  aiow_run_again_reads },
	{ "again-stranded", "the same with polls, after another CPU has collected slots", 0,
	  aiow_run_again_stranded },
	{ "piles-up", "of each eight events one is left in the ring", 0, aiow_run_piles_up },
	{ "slow-end", "io_destroy with reads of DEV in flight", AIOW_NEEDS_DEV,
	  aiow_run_slow_end },
	{ "timeouts", "io_getevents: time-outs, counts, faults, signals", 0, aiow_run_timeouts },
	{ "poll-ready", "poll of what is ready: completes in io_submit", 0, aiow_run_poll_ready },
	{ "poll-later", "poll of what another thread makes ready, closes or drains", 0,
	  aiow_run_poll_later },
	{ "poll-cancel", "io_cancel of polls pending, completed, cancelled, about to be woken", 0,
	  aiow_run_poll_cancel },
	{ "poll-fifo-rdwr", "poll of a FIFO opened O_RDWR, which has two wait queues", 0,
	  aiow_run_poll_fifo_rdwr },
	{ "poll-eventfd", "poll of one eventfd that reports to another", 0,
	  aiow_run_poll_eventfd },
	{ "poll-early", "poll of what becomes ready and unready all the time", 0,
	  aiow_run_poll_early },
	{ "poll-unkeyed", "poll of an inotify descriptor: wake-ups that do not say why", 0,
	  aiow_run_poll_unkeyed },
	{ "poll-again", "wake-ups without a mask while the work of the last one looks", 0,
	  aiow_run_poll_again },
	{ "poll-free", "the wait queue of a poll goes away (POLLFREE)", 0, aiow_run_poll_free },
	{ "poll-free-woken", "the same while the works of a wake-up are under way", 0,
	  aiow_run_poll_free_woken },
	{ "poll-signalfd", "poll of a signalfd, which no work ever finds ready", 0,
	  aiow_run_poll_signalfd },
	{ "poll-server", "an echo server on IOCB_CMD_POLL", 0, aiow_run_poll_server },
	{ "poll-orders", "polls in each order that can be forced, which is stated for each", 0,
	  aiow_run_poll_orders },
	{ "poll-woken", "polls that are woken while they are submitted", 0, aiow_run_poll_woken },
	{ "unreaped", "exits with events left in two rings", AIOW_LEAVES, aiow_run_unreaped },
	{ "inflight-exit", "exits with polls and reads in flight", AIOW_LEAVES,
	  aiow_run_inflight_exit },
	{ "preexisting", "half of it before --wait-file appears: contexts, polls, unread events",
	  AIOW_WAITS_ITSELF, aiow_run_preexisting },
	{ "fork", "fork with open contexts; the child has to make its own", 0, aiow_run_fork },
	{ "exec", "execve with open contexts, polls pending and events unread", 0, aiow_run_exec },
	{ "vm-share", "a process that shares the memory uses the context", 0, aiow_run_vm_share },
	{ "workers", "four child processes with a context each", 0, aiow_run_workers },
	{ "killed", "a child process killed with polls in flight and events unread", 0,
	  aiow_run_killed },
};

static const char help[] =
"Usage: aiowork [OPTION...] SCENARIO\n"
"Exercise Linux native AIO in one way and print as JSON exactly what was done.\n"
"\n"
"      --dir DIR         make files in DIR (/scratch if there, else $TMPDIR or /tmp)\n"
"      --dev DEV         block device, or a file, for O_DIRECT (/dev/nullb0)\n"
"      --count N         requests of the scenarios that loop (2000)\n"
"      --pid-file F      write the process id to F when the work begins\n"
"      --wait-file F     then wait until F exists\n"
"      --hold SECONDS    keep the contexts open that long at the end, or until SIGTERM\n"
"      --hold-file F     write the process id to F when that begins\n"
"      --patience SECONDS  an event that takes longer is lost (60)\n"
"      --list            name and description of every scenario\n"
"      --help            this text\n"
"\n"
"Exit status: 0 done, 1 the kernel did not do what was expected, 2 usage,\n"
"77 what the scenario needs is not on this machine.\n"
"\n"
"Examples:\n"
"  aiowork ops\n"
"  aiowork --dev /dev/nvme0n1 --count 100000 depth128\n";

static int usage(const char *what, const char *value)
{
	fprintf(stderr, "aiowork: %s%s (try --help)\n", what, value);
	return AIOW_USAGE;
}

static int list(void)
{
	size_t i;

	for (i = 0; i < AIOW_ARRAY_SIZE(scenarios); i++)
		printf("%s\t%s\n", scenarios[i].name, scenarios[i].description);
	return fflush(stdout) ? 1 : 0;
}

static int parse_number(const char *text, unsigned int min, unsigned int max, unsigned int *value)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n < min || n > max)
		return -1;
	*value = (unsigned int)n;
	return 0;
}

static const struct aiow_scenario *find(const char *name)
{
	size_t i;

	for (i = 0; i < AIOW_ARRAY_SIZE(scenarios); i++)
		if (!strcmp(scenarios[i].name, name))
			return &scenarios[i];
	return NULL;
}

enum option_id { OPT_DIR = 256, OPT_DEV, OPT_COUNT, OPT_PID_FILE, OPT_WAIT_FILE, OPT_HOLD,
		 OPT_HOLD_FILE, OPT_PATIENCE, OPT_CHILD_OF, OPT_LIST, OPT_HELP };

/* --child-of is for the exec scenario alone: the descriptor with the counts so far */
static const struct option options[] = {
	{ "dir", required_argument, NULL, OPT_DIR },
	{ "dev", required_argument, NULL, OPT_DEV },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "pid-file", required_argument, NULL, OPT_PID_FILE },
	{ "wait-file", required_argument, NULL, OPT_WAIT_FILE },
	{ "hold", required_argument, NULL, OPT_HOLD },
	{ "hold-file", required_argument, NULL, OPT_HOLD_FILE },
	{ "patience", required_argument, NULL, OPT_PATIENCE },
	{ "child-of", required_argument, NULL, OPT_CHILD_OF },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static int set_number(struct aiow *w, int id, const char *text)
{
	unsigned int fd;

	switch (id) {
	case OPT_COUNT:
		return parse_number(text, 1, 100000000, &w->count);
	case OPT_HOLD:
		return parse_number(text, 0, 86400, &w->hold_s);
	case OPT_PATIENCE:
		return parse_number(text, 1, 86400, &w->patience_s);
	default:
		if (parse_number(text, 0, INT_MAX, &fd))
			return -1;
		w->oracle_fd = (int)fd;
		w->resumed = true;
		return 0;
	}
}

static int set_option(struct aiow *w, int id, const char *text)
{
	switch (id) {
	case OPT_DIR:
		w->dir = text;
		return 0;
	case OPT_DEV:
		w->dev = text;
		return 0;
	case OPT_PID_FILE:
		w->pid_file = text;
		return 0;
	case OPT_WAIT_FILE:
		w->wait_file = text;
		return 0;
	case OPT_HOLD_FILE:
		w->hold_file = text;
		return 0;
	default:
		return set_number(w, id, text);
	}
}

/* getopt says which letter, but of a long option nothing but its place */
static int wrong_option(const struct aiow *w, int id)
{
	const char letter[] = { '-', (char)optopt, '\0' };
	bool is_letter = optopt > 0 && optopt < OPT_DIR;

	return usage(id == '?' ? "no such option: " : "a value is missing: ",
		     is_letter ? letter : w->argv[optind - 1]);
}

/* 0: run w->scenario; else *status is the exit status */
static int parse(struct aiow *w, int *status)
{
	int id;

	while ((id = getopt_long(w->argc, w->argv, ":", options, NULL)) != -1) {
		if (id == OPT_LIST) {
			*status = list();
			return -1;
		}
		if (id == OPT_HELP) {
			fputs(help, stdout);
			*status = fflush(stdout) ? 1 : 0;
			return -1;
		}
		if (id == '?' || id == ':') {
			*status = wrong_option(w, id);
			return -1;
		}
		if (set_option(w, id, optarg)) {
			*status = usage("not a number that will do: ", optarg);
			return -1;
		}
	}
	if (w->argc - optind != 1) {
		*status = usage("one scenario is wanted", "");
		return -1;
	}
	w->scenario = find(w->argv[optind]);
	if (!w->scenario)
		*status = usage("no such scenario: ", w->argv[optind]);
	return w->scenario ? 0 : -1;
}

static const char *default_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (!access("/scratch", W_OK))
		return "/scratch";
	return tmp && *tmp ? tmp : "/tmp";
}

static int open_device(struct aiow *w)
{
	int64_t size;

	w->dev_fd = aiow_device(w, &size);
	if (w->dev_fd < 0) {
		aiow_fail(w, "%s: %s", w->dev, strerror(-w->dev_fd));
		return AIOW_SKIP;
	}
	w->dev_blocks = (uint64_t)size / AIOW_BLOCK;
	return 0;
}

/* Until the time is over, or SIGTERM or SIGINT says that whoever looks at it is done */
static int hold(struct aiow *w)
{
	struct timespec limit = { .tv_sec = (time_t)w->hold_s };
	sigset_t enough;

	aiow_watch(w, false);
	sigemptyset(&enough);
	sigaddset(&enough, SIGTERM);
	sigaddset(&enough, SIGINT);
	sigprocmask(SIG_BLOCK, &enough, NULL);
	if (w->hold_file && aiow_put_pid(w, w->hold_file))
		return -1;
	sigtimedwait(&enough, NULL, &limit);
	return 0;
}

static int run(struct aiow *w)
{
	const struct aiow_scenario *s = w->scenario;
	int ret = 0;

	if (aiow_open_oracle(w))
		return -1;
	/* Inherited as ignored, it would reap the children before they are waited for */
	signal(SIGCHLD, SIG_DFL);
	w->o->pid = (int32_t)getpid();
	if (!w->resumed)
		aiow_count_process(w);
	if (s->flags & AIOW_NEEDS_DEV)
		ret = open_device(w);
	if (!ret && !w->resumed && !(s->flags & AIOW_WAITS_ITSELF))
		ret = aiow_wait_point(w);
	if (!ret) {
		aiow_watch(w, true);
		ret = s->run(w);
	}
	if (!ret)
		ret = hold(w);
	if (!ret && !(s->flags & AIOW_LEAVES)) {
		aiow_watch(w, true);
		ret = aiow_close_all(w);
	}
	return ret ? ret : aiow_check(w);
}

int main(int argc, char **argv)
{
	struct aiow w = {
		.dir = default_dir(), .dev = "/dev/nullb0", .count = 2000, .patience_s = 60,
		.oracle_fd = -1, .dev_fd = -1, .argc = argc, .argv = argv,
	};
	int status = 1;
	int ret;

	if (parse(&w, &status))
		return status;
	ret = run(&w);
	aiow_remove_tmp(&w);
	if (!ret)
		ret = aiow_print(&w);
	if (ret == AIOW_SKIP)
		return AIOW_SKIP;
	return ret ? 1 : 0;
}
