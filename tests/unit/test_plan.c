// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_plan.c - the attach plan: which hook by which way, given what the kernel has.
 *
 * plan.c is taken in as a whole, with small versions of the three questions it asks; kernel.c,
 * which asks a real kernel, needs libbpf.
 */
#include <errno.h>

#include "kit.h"

#include "io/plan.c"
#include "io/wants.c"

/* Facts of a made-up kernel: lists that end in NULL, or "everything" where the list is NULL. */
static const char *const *functions, *const *tracepoints, *const *symbols;
static const char *const *events, *const *raws;

static const char *find(const char *const *list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list++)
		if (!strncmp(*list, name, len) && ((*list)[len] == '\0' || (*list)[len] == '.'))
			return *list;
	return NULL;
}

bool aios_kernel_has_function(const struct aios_kernel *kernel, const char *name)
{
	const char *found = functions ? find(functions, name) : name;

	(void)kernel;
	return found && !strcmp(found, name);
}

bool aios_kernel_has_tracepoint(const struct aios_kernel *kernel, const char *name)
{
	(void)kernel;
	return !tracepoints || find(tracepoints, name);
}

const char *aios_kernel_symbol(const struct aios_kernel *kernel, const char *name)
{
	(void)kernel;
	return symbols ? find(symbols, name) : name;
}

bool aios_kernel_has_event(const struct aios_kernel *kernel, const char *name)
{
	(void)kernel;
	return !events || find(events, name);
}

bool aios_kernel_has_raw(const struct aios_kernel *kernel, const char *name)
{
	(void)kernel;
	return !raws || find(raws, name);
}

static const char *const nothing[] = { NULL };

static const struct aios_kernel full = {
	.has_btf = true, .vmemmap_base = 1, .page_offset_base = 2, .per_cpu_offset = 3,
};

static int setup(void **state)
{
	(void)state;
	functions = tracepoints = symbols = events = raws = NULL;
	return 0;
}

static struct aios_plan plan_of(const struct aios_kernel *kernel, struct aios_plan_wish wish)
{
	struct aios_err err = { "" };
	struct aios_plan plan;

	assert_int_equal(aios_plan_make(&plan, kernel, &wish, &err), 0);
	return plan;
}

static const struct aios_plan_row *find_row(const struct aios_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->cnt; i++) {
		struct aios_buf buf = { 0 };
		bool same;

		aios_hook_name(&buf, plan->rows[i].hook);
		same = !strcmp(buf.data, name);
		aios_buf_done(&buf);
		if (same)
			return &plan->rows[i];
	}
	return NULL;
}

static const struct aios_plan_row *row_of(const struct aios_plan *plan, const char *name)
{
	const struct aios_plan_row *row = find_row(plan, name);

	if (!row)
		fail_msg("there is no hook %s", name);
	return row;
}

static void every_hook_has_its_own_name_and_says_what_is_lost(void **state)
{
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });

	(void)state;
	assert_true(plan.cnt > 30);
	for (size_t i = 0; i < plan.cnt; i++) {
		struct aios_buf name = { 0 };

		assert_true(strlen(plan.rows[i].hook->what) > 3);
		assert_true(strlen(plan.rows[i].hook->lost) > 3);
		aios_hook_name(&name, plan.rows[i].hook);
		assert_ptr_equal(row_of(&plan, name.data), &plan.rows[i]);
		aios_buf_done(&name);
	}
	aios_plan_done(&plan);
}

static void a_kernel_that_has_all_is_hooked_by_btf(void **state)
{
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	struct aios_err err = { "" };

	(void)state;
	for (size_t i = 0; i < plan.cnt; i++) {
		bool wanted = plan.rows[i].hook->group == AIOS_GROUP_ALWAYS;

		assert_int_equal(plan.rows[i].way, wanted ? AIOS_WAY_BTF : AIOS_WAY_NONE);
		assert_false(plan.rows[i].skipped);
		assert_false(plan.rows[i].attached);
	}
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	assert_true(plan.heads);
	aios_plan_done(&plan);
}

/* facts, 0.1: on a Debian kernel the symbol has a suffix and BTF has no function of that name. */
static void a_function_without_btf_is_hooked_by_its_symbol(void **state)
{
	static const char *const some[] = { "aio_read", "aio_complete", NULL };
	static const char *const syms[] = { "aio_read", "aio_complete", "io_submit_one.constprop.0",
					    NULL };
	struct aios_plan plan;
	const struct aios_plan_row *row;

	(void)state;
	functions = some;
	symbols = syms;
	plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	row = row_of(&plan, "io_submit_one:return");
	assert_int_equal(row->way, AIOS_WAY_KPROBE);
	assert_string_equal(row->symbol, "io_submit_one.constprop.0");
	assert_int_equal(row_of(&plan, "aio_complete")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "aio_write")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
}

static void the_user_may_choose_one_way_only(void **state)
{
	static const char *const some[] = { "aio_read", NULL };
	struct aios_plan plan;

	(void)state;
	functions = some;
	plan = plan_of(&full, (struct aios_plan_wish){ .attach = AIOS_ATTACH_FENTRY });
	assert_int_equal(row_of(&plan, "aio_read")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "aio_complete")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
	plan = plan_of(&full, (struct aios_plan_wish){ .attach = AIOS_ATTACH_KPROBE });
	assert_int_equal(row_of(&plan, "aio_read")->way, AIOS_WAY_KPROBE);
	assert_int_equal(row_of(&plan, "aio_complete")->way, AIOS_WAY_KPROBE);
	/* Tracepoints and iterators know no other way. */
	assert_int_equal(row_of(&plan, "sched_process_fork")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "found")->way, AIOS_WAY_BTF);
	aios_plan_done(&plan);
}

static void tracepoints_are_looked_up_as_such(void **state)
{
	static const char *const points[] = { "sched_process_exit", NULL };
	struct aios_plan plan;

	(void)state;
	tracepoints = points;
	plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	assert_int_equal(row_of(&plan, "sched_process_exit")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "sched_process_fork")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
}

static void returns_of_poll_are_hooked_where_asked_for(void **state)
{
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){
						.groups = AIOS_GROUP_POLL_RETURN });

	(void)state;
	assert_int_equal(row_of(&plan, "pipe_poll:return")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "eventfd_poll:return")->way, AIOS_WAY_BTF);
	aios_plan_done(&plan);
	plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	assert_int_equal(row_of(&plan, "pipe_poll:return")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
}

static void hooks_can_be_left_out_by_name(void **state)
{
	const char *without[] = { "exit_aio", "io_submit_one:return" };
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){
						.without = without, .without_cnt = 2 });
	struct aios_err err = { "" };

	(void)state;
	assert_true(row_of(&plan, "exit_aio")->skipped);
	assert_int_equal(row_of(&plan, "exit_aio")->way, AIOS_WAY_NONE);
	assert_false(row_of(&plan, "exit_aio:return")->skipped);
	assert_int_equal(row_of(&plan, "exit_aio:return")->way, AIOS_WAY_BTF);
	assert_true(row_of(&plan, "io_submit_one:return")->skipped);
	/* Vital, but the user knows. */
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	aios_plan_done(&plan);
}

static void a_hook_that_does_not_exist_is_told(void **state)
{
	static const char *const names[] = { "no_such_hook", "", "io_submit_one", "aio_complete:",
					     "aio_complete:return", "aio_comp", "found:return" };

	(void)state;
	for (size_t i = 0; i < NR(names); i++) {
		const char *without[] = { names[i] };
		struct aios_plan_wish wish = { .without = without, .without_cnt = 1 };
		struct aios_err err = { "" };
		struct aios_plan plan;

		assert_int_equal(aios_plan_make(&plan, &full, &wish, &err), -EINVAL);
		assert_non_null(strstr(err.text, names[i]));
		aios_plan_done(&plan);
	}
}

static void without_a_vital_hook_the_level_cannot_be_had(void **state)
{
	struct aios_plan plan;
	struct aios_err err = { "" };

	(void)state;
	functions = symbols = nothing;
	plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	assert_int_equal(aios_plan_check(&plan, &full, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "ioctx_alloc"));
	assert_non_null(strstr(err.text, "--without ioctx_alloc:return"));
	aios_plan_done(&plan);
}

/* Each vital hook by itself: one that is missing is enough, and is the one that is named. */
static void each_vital_hook_is_missed_by_its_name(void **state)
{
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	size_t vital = 0;

	(void)state;
	for (size_t i = 0; i < plan.cnt; i++) {
		enum aios_way way = plan.rows[i].way;
		struct aios_err err = { "" };
		int code;

		plan.rows[i].way = AIOS_WAY_NONE;
		code = aios_plan_check(&plan, &full, &err);
		plan.rows[i].way = way;
		assert_int_equal(code, plan.rows[i].hook->vital ? -EOPNOTSUPP : 0);
		if (code)
			assert_non_null(strstr(err.text, plan.rows[i].hook->function));
		vital += plan.rows[i].hook->vital;
	}
	assert_true(vital >= 10);
	aios_plan_done(&plan);
}

static void without_btf_nothing_can_be_had_and_says_what_to_do(void **state)
{
	struct aios_kernel kernel = { .has_btf = false };
	struct aios_plan plan;
	struct aios_err err = { "" };

	(void)state;
	functions = tracepoints = nothing;
	plan = plan_of(&kernel, (struct aios_plan_wish){ 0 });
	assert_int_equal(row_of(&plan, "found")->way, AIOS_WAY_NONE);
	assert_int_equal(aios_plan_check(&plan, &kernel, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "CONFIG_DEBUG_INFO_BTF"));
	aios_plan_done(&plan);
}

/* All can be attached then, and nothing is ever called: silence that looks like an idle program. */
static void hooks_that_are_switched_off_are_no_hooks(void **state)
{
	struct aios_kernel kernel = full;
	struct aios_err err = { "" };
	struct aios_plan plan;

	(void)state;
	kernel.ftrace_off = true;
	plan = plan_of(&kernel, (struct aios_plan_wish){ 0 });
	assert_int_equal(aios_plan_check(&plan, &kernel, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "sysctl kernel.ftrace_enabled=1"));
	aios_plan_done(&plan);
	plan = plan_of(&kernel, (struct aios_plan_wish){ .level = AIOS_LEVEL_SYSCALL });
	assert_int_equal(aios_plan_check(&plan, &kernel, &err), 0);
	aios_plan_done(&plan);
}

static void the_head_needs_both_addresses(void **state)
{
	struct aios_kernel kernel = full;
	struct aios_plan plan;

	(void)state;
	kernel.vmemmap_base = 0;
	plan = plan_of(&kernel, (struct aios_plan_wish){ 0 });
	assert_false(plan.heads);
	aios_plan_done(&plan);
	kernel = full;
	kernel.page_offset_base = 0;
	plan = plan_of(&kernel, (struct aios_plan_wish){ 0 });
	assert_false(plan.heads);
	aios_plan_done(&plan);
}

static bool wants_have(struct aios_wants *wants, const char *name)
{
	return aios_wants_have(wants, name, strlen(name));
}

static void the_plan_asks_the_kernel_for_what_it_hooks(void **state)
{
	struct aios_wants wants = { 0 };

	(void)state;
	assert_int_equal(aios_plan_wants(&wants), 0);
	assert_true(wants_have(&wants, "aio_complete"));
	assert_true(wants_have(&wants, "io_submit_one"));
	assert_true(wants_have(&wants, "pipe_poll"));
	assert_true(aios_wants_have(&wants, "pipe_poll.constprop.0", strlen("pipe_poll")));
	assert_false(wants_have(&wants, "aio_complete_"));
	assert_false(wants_have(&wants, "aio_comp"));
	assert_false(wants_have(&wants, ""));
	aios_wants_done(&wants);
}

static void assert_programs(const struct aios_plan *plan, const char *hook, enum aios_way way,
			    const char *first, const char *second)
{
	struct aios_plan_row row = *row_of(plan, hook);
	char names[2][128] = { "", "" };

	row.way = way;
	assert_int_equal(aios_plan_programs(&row, names), second ? 2 : first ? 1 : 0);
	if (first)
		assert_string_equal(names[0], first);
	if (second)
		assert_string_equal(names[1], second);
}

static void programs_are_named_after_function_and_way(void **state)
{
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });

	(void)state;
	assert_programs(&plan, "aio_complete", AIOS_WAY_BTF, "fentry_aio_complete", NULL);
	assert_programs(&plan, "kill_ioctx:return", AIOS_WAY_BTF, "fexit_kill_ioctx", NULL);
	assert_programs(&plan, "aio_complete", AIOS_WAY_KPROBE, "kentry_aio_complete", NULL);
	assert_programs(&plan, "kill_ioctx:return", AIOS_WAY_KPROBE, "kexit_kill_ioctx",
			"kargs_kill_ioctx");
	assert_programs(&plan, "sched_process_exec", AIOS_WAY_BTF, "tp_sched_process_exec", NULL);
	assert_programs(&plan, "found", AIOS_WAY_BTF, "iter_found", NULL);
	assert_programs(&plan, "aio_complete", AIOS_WAY_NONE, NULL, NULL);
	aios_plan_done(&plan);
}

/* The first line of the table that begins with @what, NUL-terminated in @line. */
static void line_of(const char *text, const char *what, char *line, size_t size)
{
	const char *at = strstr(text, what), *end;

	assert_non_null(at);
	assert_true(at == text || at[-1] == '\n');
	end = strchr(at, '\n');
	assert_non_null(end);
	snprintf(line, size, "%.*s", (int)(end - at), at);
}

static void the_table_tells_how_and_what_is_lost(void **state)
{
	static const char *const some[] = { "aio_complete", NULL };
	static const char *const syms[] = { "aio_complete", "io_submit_one.constprop.0", NULL };
	const char *without[] = { "exit_aio" };
	struct aios_kernel kernel = full;
	struct aios_buf buf = { 0 };
	struct aios_plan plan;
	char line[512];

	(void)state;
	functions = some;
	symbols = syms;
	kernel.vmemmap_base = 0;
	plan = plan_of(&kernel, (struct aios_plan_wish){ .without = without, .without_cnt = 1 });
	aios_plan_text(&plan, &buf);
	line_of(buf.data, row_of(&plan, "aio_complete")->hook->what, line, sizeof(line));
	assert_string_equal(line, "request completed               fentry aio_complete");
	line_of(buf.data, row_of(&plan, "io_submit_one:return")->hook->what, line, sizeof(line));
	assert_non_null(strstr(line, "kretprobe io_submit_one.constprop.0"));
	assert_non_null(strstr(line, "can miss calls"));
	line_of(buf.data, row_of(&plan, "exit_aio")->hook->what, line, sizeof(line));
	assert_non_null(strstr(line, "left out as asked"));
	assert_non_null(strstr(line, "lost: how long requests held up an exit"));
	line_of(buf.data, row_of(&plan, "aio_write")->hook->what, line, sizeof(line));
	assert_non_null(strstr(line, "not on this kernel"));
	line_of(buf.data, row_of(&plan, "pipe_poll:return")->hook->what, line, sizeof(line));
	assert_non_null(strstr(line, "not asked for"));
	line_of(buf.data, "the ring's head", line, sizeof(line));
	assert_non_null(strstr(line, "lost: ring occupancy"));
	aios_buf_done(&buf);
	aios_plan_done(&plan);
}

static void the_file_keeps_the_plan_as_it_was_made(void **state)
{
	static const char *const some[] = { "aio_complete", NULL };
	static const char *const syms[] = { "aio_complete", "io_submit_one.constprop.0", NULL };
	struct aios_info info = { 0 };
	struct aios_plan plan;

	(void)state;
	functions = some;
	symbols = syms;
	plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	assert_int_equal(aios_plan_info(&plan, &info), 0);
	/* Beside the hooks: whether the ring's head, and the kernel's own state, can be read. */
	assert_int_equal(info.hook_cnt, plan.cnt + 2);
	assert_string_equal(info.hooks[plan.cnt].what, "the ring's head");
	assert_string_equal(info.hooks[plan.cnt + 1].what, "the kernel's own state");
	assert_null(info.hooks[plan.cnt + 1].how);
	for (size_t i = 0; i < plan.cnt; i++) {
		const struct aios_plan_row *row = &plan.rows[i];

		assert_string_equal(info.hooks[i].what, row->hook->what);
		assert_int_equal(info.hooks[i].kprobe, row->way == AIOS_WAY_KPROBE);
		if (row->way == AIOS_WAY_NONE) {
			assert_null(info.hooks[i].how);
			assert_string_equal(info.hooks[i].lost, row->hook->lost);
		} else {
			assert_non_null(info.hooks[i].how);
			assert_null(info.hooks[i].lost);
		}
	}
	aios_info_done(&info);
	aios_plan_done(&plan);
}

static const struct aios_plan_wish calls = { .level = AIOS_LEVEL_SYSCALL };

static void calls_are_hooked_where_no_function_can_be(void **state)
{
	static const struct aios_kernel bare;
	struct aios_plan plan;
	struct aios_err err = { "" };

	(void)state;
	functions = tracepoints = symbols = nothing;
	plan = plan_of(&bare, calls);
	assert_int_equal(plan.level, AIOS_LEVEL_SYSCALL);
	assert_int_equal(aios_plan_check(&plan, &bare, &err), 0);
	assert_int_equal(aios_plan_follow_check(&plan, &err), 0);
	assert_int_equal(aios_plan_raw(&plan), 0);
	for (size_t i = 0; i < plan.cnt; i++) {
		struct aios_buf name = { 0 };

		aios_hook_name(&name, plan.rows[i].hook);
		assert_ptr_equal(row_of(&plan, name.data), &plan.rows[i]);
		aios_buf_done(&name);
		assert_int_equal(plan.rows[i].way, plan.rows[i].hook->group ? AIOS_WAY_NONE :
									      AIOS_WAY_EVENT);
	}
	aios_plan_done(&plan);
	assert_string_equal(aios_level_name(AIOS_LEVEL_SYSCALL), "syscall");
	assert_string_equal(aios_level_name(AIOS_LEVEL_FUNCTION), "function");
}

/* Both ends of a call, or none: an exit alone does not tell what was asked for. */
static void a_call_without_its_tracepoints_goes_the_raw_way(void **state)
{
	static const char *const some[] = { "syscalls/sys_enter_io_submit",
					    "syscalls/sys_exit_io_submit",
					    "syscalls/sys_enter_io_setup",
					    "syscalls/sys_exit_io_destroy", NULL };
	struct aios_plan plan;

	(void)state;
	events = some;
	plan = plan_of(&full, calls);
	assert_int_equal(row_of(&plan, "io_submit")->way, AIOS_WAY_EVENT);
	assert_int_equal(row_of(&plan, "io_setup")->way, AIOS_WAY_RAW);
	assert_int_equal(row_of(&plan, "io_destroy")->way, AIOS_WAY_RAW);
	assert_int_equal(row_of(&plan, "io_getevents")->way, AIOS_WAY_RAW);
	assert_int_equal(row_of(&plan, "task_newtask")->way, AIOS_WAY_NONE);
	assert_int_equal(aios_plan_raw(&plan), AIOS_RAW_64);
	aios_plan_done(&plan);
}

static void without_any_tracepoint_there_is_no_level(void **state)
{
	static const char *const enter_only[] = { "sys_enter", NULL };
	static const struct aios_kernel bare;
	static const char *const *const cases[] = { nothing, enter_only };
	struct aios_err err = { "" };

	(void)state;
	for (size_t i = 0; i < NR(cases); i++) {
		struct aios_plan plan;

		events = nothing;
		raws = cases[i];
		plan = plan_of(&bare, calls);
		assert_int_equal(row_of(&plan, "io_submit")->way, AIOS_WAY_NONE);
		assert_int_equal(aios_plan_check(&plan, &bare, &err), -EOPNOTSUPP);
		assert_non_null(strstr(err.text, "io_submit"));
		assert_non_null(strstr(err.text, "CONFIG_FTRACE_SYSCALLS"));
		aios_plan_done(&plan);
	}
}

static void children_need_tracefs_or_the_users_word(void **state)
{
	const char *without[] = { "task_newtask" };
	struct aios_plan_wish wish = calls;
	struct aios_err err = { "" };
	struct aios_plan plan;

	(void)state;
	events = nothing;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	assert_int_equal(aios_plan_follow_check(&plan, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "mount -t tracefs"));
	assert_non_null(strstr(err.text, "--without task_newtask"));
	aios_plan_done(&plan);
	wish.without = without;
	wish.without_cnt = 1;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_follow_check(&plan, &err), 0);
	aios_plan_done(&plan);
}

static void calls_of_32_bits_are_hooked_where_asked_for(void **state)
{
	struct aios_plan_wish wish = calls;
	struct aios_plan plan = plan_of(&full, wish);
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(row_of(&plan, "sys_enter")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
	wish.groups = AIOS_GROUP_COMPAT;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "sys_enter")->way, AIOS_WAY_RAW);
	assert_int_equal(row_of(&plan, "io_submit")->way, AIOS_WAY_EVENT);
	assert_int_equal(aios_plan_raw(&plan), AIOS_RAW_32);
	aios_plan_text(&plan, &buf);
	assert_non_null(strstr(buf.data, "run at all system calls of the host"));
	aios_buf_done(&buf);
	aios_plan_done(&plan);
	events = nothing;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_raw(&plan), AIOS_RAW_64 | AIOS_RAW_32);
	aios_plan_done(&plan);
}

static void programs_of_calls_come_in_pairs(void **state)
{
	struct aios_plan plan = plan_of(&full, calls);

	(void)state;
	assert_programs(&plan, "io_submit", AIOS_WAY_EVENT, "exit_io_submit", "enter_io_submit");
	assert_programs(&plan, "io_submit", AIOS_WAY_RAW, "raw_exit", "raw_enter");
	assert_programs(&plan, "sys_enter", AIOS_WAY_RAW, "raw_exit", "raw_enter");
	assert_programs(&plan, "task_newtask", AIOS_WAY_EVENT, "event_task_newtask", NULL);
	assert_programs(&plan, "io_submit", AIOS_WAY_NONE, NULL, NULL);
	aios_plan_done(&plan);
}

static void the_table_of_calls_says_what_the_level_lacks(void **state)
{
	struct aios_plan plan = plan_of(&full, calls);
	struct aios_info info = { 0 };
	struct aios_buf buf = { 0 };
	char line[512];

	(void)state;
	aios_plan_text(&plan, &buf);
	line_of(buf.data, "calls of io_submit", line, sizeof(line));
	assert_string_equal(line, "calls of io_submit              "
				  "tracepoint sys_enter_io_submit, sys_exit_io_submit");
	line_of(buf.data, "calls of 32-bit", line, sizeof(line));
	assert_non_null(strstr(line, "--hooks compat"));
	line_of(buf.data, "process forked", line, sizeof(line));
	assert_non_null(strstr(line, "tracepoint task_newtask"));
	line_of(buf.data, "single requests", line, sizeof(line));
	assert_non_null(strstr(line, "not at evidence level syscall"));
	assert_null(strstr(buf.data, "the ring's head"));
	assert_int_equal(aios_plan_info(&plan, &info), 0);
	assert_int_equal(info.hook_cnt, plan.cnt);
	aios_info_done(&info);
	aios_buf_done(&buf);
	aios_plan_done(&plan);
}

static const struct aios_plan_wish exact = { .level = AIOS_LEVEL_EXACT };

static bool plan_has(const struct aios_plan *plan, enum aios_hook_point point, const char *function)
{
	for (size_t i = 0; i < plan->cnt; i++)
		if (plan->rows[i].hook->point == point &&
		    !strcmp(plan->rows[i].hook->function, function))
			return true;
	return false;
}

/* What a tracepoint tells is not asked of a function as well; what none tells still is. */
static void at_level_exact_tracepoints_take_the_place_of_functions(void **state)
{
	static const char *const replaced[] = {
		"ioctx_alloc", "aio_read", "aio_write", "aio_fsync", "io_submit_one",
		"aio_complete", "aio_poll_queue_proc", "pipe_poll",
	};
	struct aios_plan plan = plan_of(&full, exact), lower;
	struct aios_err err = { "" };

	(void)state;
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	for (size_t i = 0; i < NR(replaced); i++) {
		assert_false(plan_has(&plan, AIOS_AT_ENTRY, replaced[i]));
		assert_false(plan_has(&plan, AIOS_AT_RETURN, replaced[i]));
	}
	assert_true(plan_has(&plan, AIOS_AT_TRACEPOINT, "aio_complete"));
	assert_true(plan_has(&plan, AIOS_AT_ENTRY, "read_events"));
	assert_true(plan_has(&plan, AIOS_AT_ENTRY, "fput"));
	lower = plan_of(&full, (struct aios_plan_wish){ .level = AIOS_LEVEL_FUNCTION });
	for (size_t i = 0; i < lower.cnt; i++)
		assert_true(strncmp(lower.rows[i].hook->function, "aio_", 4) ||
			    lower.rows[i].hook->point != AIOS_AT_TRACEPOINT);
	assert_int_equal(row_of(&lower, "fput")->way, AIOS_WAY_NONE);
	assert_int_equal(aios_plan_watched(&lower), 0);
	aios_plan_done(&lower);
	aios_plan_done(&plan);
}

static void without_its_tracepoints_there_is_no_level_exact(void **state)
{
	static const char *const few[] = { "aio_complete", "sched_process_exit", NULL };
	struct aios_err err = { "" };
	struct aios_plan plan;

	(void)state;
	assert_true(aios_plan_exact(&full));
	tracepoints = few;
	assert_false(aios_plan_exact(&full));
	plan = plan_of(&full, exact);
	assert_int_equal(aios_plan_check(&plan, &full, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "needs the aio:* tracepoints"));
	assert_non_null(strstr(err.text, "'--source function' works here"));
	aios_plan_done(&plan);
}

/* A function without BTF has no stand-in at this level; then nobody watches it, which is known. */
static void what_is_not_hooked_is_not_watched(void **state)
{
	static const char *const no_fput[] = { "eventfd_ctx_put", "__put_cred", NULL };
	const char *without[] = { "kmem_cache_free" };
	struct aios_plan_wish wish = { .level = AIOS_LEVEL_EXACT, .without = without };
	const unsigned int references = AIOS_WATCH_FREE | (AIOS_WATCH_FREE - 1) |
					AIOS_WATCH_FSYNC;
	struct aios_plan plan = plan_of(&full, exact);

	(void)state;
	assert_int_equal(aios_plan_watched(&plan), references | AIOS_WATCH_PUTS);
	aios_plan_done(&plan);
	wish.without_cnt = 1;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_watched(&plan),
			 AIOS_WATCH_PUTS | (references & ~AIOS_WATCH_FREE));
	aios_plan_done(&plan);
	functions = no_fput;
	plan = plan_of(&full, exact);
	assert_int_equal(row_of(&plan, "fput")->way, AIOS_WAY_NONE);
	assert_int_equal(aios_plan_watched(&plan), AIOS_WATCH_PUTS | AIOS_WATCH_FREE |
			 1 << AIOS_HOLD_EVENTFD | 1 << AIOS_HOLD_CREDS);
	aios_plan_done(&plan);
}

/* The same functions are hooked at level function, where that is asked for. */
static void references_and_state_are_watched_where_that_is_asked_for(void **state)
{
	static const char *const newer[] = { "eventfd_signal_mask", NULL };
	struct aios_plan_wish wish = { .groups = AIOS_GROUP_REFERENCES | AIOS_GROUP_STATE };
	const unsigned int all = AIOS_WATCH_FREE | (AIOS_WATCH_FREE - 1) | AIOS_WATCH_FSYNC |
				 AIOS_WATCH_SIGNAL;
	struct aios_plan plan = plan_of(&full, wish);

	(void)state;
	assert_int_equal(aios_plan_watched(&plan), all);
	assert_int_equal(row_of(&plan, "eventfd_signal")->way, AIOS_WAY_BTF);
	assert_null(find_row(&plan, "eventfd_signal_mask"));
	aios_plan_done(&plan);
	wish.level = AIOS_LEVEL_EXACT;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_watched(&plan), all | AIOS_WATCH_WAKE | AIOS_WATCH_PUTS);
	aios_plan_done(&plan);
	/* A kprobe can miss calls without a count: it is no witness. */
	wish.attach = AIOS_ATTACH_KPROBE;
	functions = newer;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "eventfd_signal_mask")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "fput")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
}

/* Nothing is lost where another function does the same: kernel/6.12/next has one work item. */
static void what_another_function_does_is_not_missed(void **state)
{
	static const char *const older[] = { "aio_poll_put_work", NULL };
	static const char *const next[] = { "aio_poll_complete", NULL };
	const struct aios_plan_wish wish = { .attach = AIOS_ATTACH_FENTRY };
	struct aios_wants wants = { 0 };
	struct aios_plan plan;

	(void)state;
	functions = older;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "aio_poll_put_work")->way, AIOS_WAY_BTF);
	aios_plan_done(&plan);
	functions = next;
	plan = plan_of(&full, wish);
	assert_null(find_row(&plan, "aio_poll_put_work"));
	aios_plan_done(&plan);
	functions = nothing;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "aio_poll_put_work")->way, AIOS_WAY_NONE);
	aios_plan_done(&plan);
	assert_int_equal(aios_plan_wants(&wants), 0);
	assert_true(wants_have(&wants, "aio_poll_complete"));
	aios_wants_done(&wants);
}

/* Whose operation ended is asked for the sake of the put that follows. */
static void what_serves_nobody_is_not_hooked(void **state)
{
	const char *without[] = { "aio_req_put" };
	struct aios_plan_wish wish = { .level = AIOS_LEVEL_EXACT, .without = without };
	struct aios_err err = { "" };
	struct aios_plan plan = plan_of(&full, wish);

	(void)state;
	assert_int_equal(row_of(&plan, "aio_op_done")->way, AIOS_WAY_BTF);
	aios_plan_done(&plan);
	wish.without_cnt = 1;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "aio_op_done")->way, AIOS_WAY_NONE);
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	aios_plan_done(&plan);
}

static void programs_of_tracepoints_are_typed_or_raw(void **state)
{
	struct aios_plan plan = plan_of(&full, exact);
	struct aios_buf buf = { 0 };
	char line[512];

	(void)state;
	assert_programs(&plan, "aio_req_put", AIOS_WAY_BTF, "tp_aio_req_put", NULL);
	assert_programs(&plan, "kmem_cache_free", AIOS_WAY_BTF, "raw_kmem_cache_free", NULL);
	assert_programs(&plan, "fput", AIOS_WAY_BTF, "fentry_fput", NULL);
	aios_plan_text(&plan, &buf);
	line_of(buf.data, "request freed", line, sizeof(line));
	assert_string_equal(line, "request freed                   raw_tp kmem_cache_free");
	line_of(buf.data, "request's reference", line, sizeof(line));
	assert_string_equal(line, "request's reference dropped     tp_btf aio_req_put");
	aios_buf_done(&buf);
	aios_plan_done(&plan);
}

#define PLAN_TEST(test)	cmocka_unit_test_setup(test, setup)

/* Names of programs are shared by an entry and a return, and by nothing else. */
static void what_is_counted_has_programs_of_its_own(void **state)
{
	struct aios_plan_wish wish = { .level = AIOS_LEVEL_COUNT };
	struct aios_plan plan = plan_of(&full, wish);
	struct aios_wants wants = { 0 };
	struct aios_err err = { "" };
	char names[2][128];

	(void)state;
	assert_int_equal(aios_plan_wants(&wants), 0);
	assert_int_equal(aios_plan_check(&plan, &full, &err), 0);
	assert_string_equal(aios_level_name(AIOS_LEVEL_COUNT), "function");
	for (size_t i = 0; i < plan.cnt; i++) {
		assert_int_equal(plan.rows[i].way, AIOS_WAY_BTF);
		assert_true(wants_have(&wants, plan.rows[i].hook->function));
		assert_int_equal(aios_plan_programs(&plan.rows[i], names), 1);
		assert_non_null(strstr(names[0], "_count_"));
	}
	aios_wants_done(&wants);
	aios_plan_done(&plan);
	wish.attach = AIOS_ATTACH_KPROBE;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_programs(row_of(&plan, "aio_read"), names), 1);
	assert_string_equal(names[0], "kentry_count_read");
	assert_int_equal(aios_plan_programs(row_of(&plan, "read_events:return"), names), 2);
	assert_string_equal(names[0], "kexit_count_reader");
	assert_string_equal(names[1], "kargs_count_reader");
	aios_plan_done(&plan);
}

static void counting_without_completions_is_refused(void **state)
{
	static const char *const some[] = { "aio_read", "aio_write", "aio_fsync", "free_ioctx",
					    NULL };
	struct aios_plan_wish wish = { .level = AIOS_LEVEL_COUNT };
	struct aios_err err = { "" };
	struct aios_plan plan;

	(void)state;
	functions = symbols = some;
	plan = plan_of(&full, wish);
	assert_int_equal(aios_plan_check(&plan, &full, &err), -EOPNOTSUPP);
	assert_non_null(strstr(err.text, "aio_complete"));
	aios_plan_done(&plan);
}

/* Who is seen to go into io_submit has to be seen to come out of it. */
static void sleeps_are_told_where_that_is_asked_for(void **state)
{
	static const char *const without[] = { "__x64_sys_io_submit:return" };
	static const char *const points[] = { "sched_waking", NULL };
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	struct aios_plan_wish wish = { .groups = AIOS_GROUP_BLOCKED };

	(void)state;
	assert_int_equal(row_of(&plan, "sched_switch")->way, AIOS_WAY_NONE);
	assert_false(aios_plan_sleeps(&plan));
	aios_plan_done(&plan);
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "sched_switch")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "sched_waking")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "__x64_sys_io_submit")->way, AIOS_WAY_BTF);
	assert_true(aios_plan_sleeps(&plan));
	aios_plan_done(&plan);
	wish.without = (const char **)without;
	wish.without_cnt = 1;
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "__x64_sys_io_submit")->way, AIOS_WAY_NONE);
	assert_int_equal(row_of(&plan, "__ia32_compat_sys_io_submit")->way, AIOS_WAY_BTF);
	assert_false(aios_plan_sleeps(&plan));
	aios_plan_done(&plan);
	tracepoints = points;
	wish.without_cnt = 0;
	plan = plan_of(&full, wish);
	assert_false(aios_plan_sleeps(&plan));
	aios_plan_done(&plan);
	wish.level = AIOS_LEVEL_SYSCALL;
	plan = plan_of(&full, wish);
	assert_false(aios_plan_sleeps(&plan));
	aios_plan_done(&plan);
}

/* Which eventfd, when it is read, and when it is another one: all or nothing. */
static void reads_of_eventfds_are_watched_where_that_is_asked_for(void **state)
{
	static const char *const without[] = { "eventfd_release" };
	struct aios_plan_wish wish = { .groups = AIOS_GROUP_EVENTFD };
	struct aios_plan plan = plan_of(&full, (struct aios_plan_wish){ 0 });
	struct aios_buf buf = { 0 };

	(void)state;
	assert_int_equal(row_of(&plan, "eventfd_read:return")->way, AIOS_WAY_NONE);
	assert_false(aios_plan_eventfds(&plan));
	aios_plan_text(&plan, &buf);
	assert_non_null(strstr(buf.data, "not asked for (--hooks eventfd); lost: whether "));
	aios_buf_done(&buf);
	aios_plan_done(&plan);
	plan = plan_of(&full, wish);
	assert_int_equal(row_of(&plan, "eventfd_ctx_fdget:return")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "eventfd_read:return")->way, AIOS_WAY_BTF);
	assert_true(aios_plan_eventfds(&plan));
	aios_plan_done(&plan);
	wish.without = (const char **)without;
	wish.without_cnt = 1;
	plan = plan_of(&full, wish);
	assert_false(aios_plan_eventfds(&plan));
	aios_plan_done(&plan);
	wish = (struct aios_plan_wish){ .groups = AIOS_GROUP_EVENTFD, .level = AIOS_LEVEL_SYSCALL };
	plan = plan_of(&full, wish);
	assert_false(aios_plan_eventfds(&plan));
	aios_plan_done(&plan);
}

/* Bios are known by addresses, and by all of four tracepoints. */
static void bios_are_tied_where_that_is_asked_for(void **state)
{
	static const char *const without[] = { "block_rq_requeue" };
	struct aios_kernel kernel = full;
	struct aios_plan_wish wish = { .groups = AIOS_GROUP_BLOCK };
	struct aios_plan plan;

	(void)state;
	kernel.complete_rw = 4;
	kernel.end_io[AIOS_END_CHAIN] = 5;
	plan = plan_of(&kernel, (struct aios_plan_wish){ 0 });
	assert_int_equal(row_of(&plan, "block_bio_queue")->way, AIOS_WAY_NONE);
	assert_false(aios_plan_blocks(&plan));
	aios_plan_done(&plan);
	plan = plan_of(&kernel, wish);
	assert_int_equal(row_of(&plan, "block_bio_queue")->way, AIOS_WAY_BTF);
	assert_int_equal(row_of(&plan, "block_rq_complete")->way, AIOS_WAY_BTF);
	assert_true(aios_plan_blocks(&plan));
	aios_plan_done(&plan);
	plan = plan_of(&full, wish);
	assert_false(aios_plan_blocks(&plan));
	aios_plan_done(&plan);
	wish.without = (const char **)without;
	wish.without_cnt = 1;
	plan = plan_of(&kernel, wish);
	assert_false(aios_plan_blocks(&plan));
	aios_plan_done(&plan);
	wish = (struct aios_plan_wish){ .groups = AIOS_GROUP_BLOCK, .level = AIOS_LEVEL_SYSCALL };
	plan = plan_of(&kernel, wish);
	assert_false(aios_plan_blocks(&plan));
	aios_plan_done(&plan);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		PLAN_TEST(what_is_counted_has_programs_of_its_own),
		PLAN_TEST(counting_without_completions_is_refused),
		PLAN_TEST(every_hook_has_its_own_name_and_says_what_is_lost),
		PLAN_TEST(a_kernel_that_has_all_is_hooked_by_btf),
		PLAN_TEST(a_function_without_btf_is_hooked_by_its_symbol),
		PLAN_TEST(the_user_may_choose_one_way_only),
		PLAN_TEST(tracepoints_are_looked_up_as_such),
		PLAN_TEST(returns_of_poll_are_hooked_where_asked_for),
		PLAN_TEST(hooks_can_be_left_out_by_name),
		PLAN_TEST(a_hook_that_does_not_exist_is_told),
		PLAN_TEST(without_a_vital_hook_the_level_cannot_be_had),
		PLAN_TEST(each_vital_hook_is_missed_by_its_name),
		PLAN_TEST(without_btf_nothing_can_be_had_and_says_what_to_do),
		PLAN_TEST(hooks_that_are_switched_off_are_no_hooks),
		PLAN_TEST(the_head_needs_both_addresses),
		PLAN_TEST(the_plan_asks_the_kernel_for_what_it_hooks),
		PLAN_TEST(programs_are_named_after_function_and_way),
		PLAN_TEST(the_table_tells_how_and_what_is_lost),
		PLAN_TEST(the_file_keeps_the_plan_as_it_was_made),
		PLAN_TEST(calls_are_hooked_where_no_function_can_be),
		PLAN_TEST(a_call_without_its_tracepoints_goes_the_raw_way),
		PLAN_TEST(without_any_tracepoint_there_is_no_level),
		PLAN_TEST(children_need_tracefs_or_the_users_word),
		PLAN_TEST(calls_of_32_bits_are_hooked_where_asked_for),
		PLAN_TEST(programs_of_calls_come_in_pairs),
		PLAN_TEST(the_table_of_calls_says_what_the_level_lacks),
		PLAN_TEST(at_level_exact_tracepoints_take_the_place_of_functions),
		PLAN_TEST(without_its_tracepoints_there_is_no_level_exact),
		PLAN_TEST(what_is_not_hooked_is_not_watched),
		PLAN_TEST(references_and_state_are_watched_where_that_is_asked_for),
		PLAN_TEST(what_another_function_does_is_not_missed),
		PLAN_TEST(what_serves_nobody_is_not_hooked),
		PLAN_TEST(programs_of_tracepoints_are_typed_or_raw),
		PLAN_TEST(sleeps_are_told_where_that_is_asked_for),
		PLAN_TEST(bios_are_tied_where_that_is_asked_for),
		PLAN_TEST(reads_of_eventfds_are_watched_where_that_is_asked_for),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
