// SPDX-License-Identifier: GPL-2.0-only
/*
 * info.c - what a trace says of itself.
 */
#include "info.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static char *get_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? strdup(text) : NULL;
}

static int64_t get_number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

static json_t *hooks_json(const struct aios_info *info)
{
	json_t *hooks = json_array();

	for (size_t i = 0; i < info->hook_cnt; i++) {
		const struct aios_hook_info *hook = &info->hooks[i];

		json_array_append_new(
			hooks, json_pack("{s:o s:o s:o s:b}", "what", aios_json_text(hook->what),
					 "how", aios_json_text(hook->how), "lost",
					 aios_json_text(hook->lost), "kprobe", hook->kprobe));
	}
	return hooks;
}

int aios_info_write(const struct aios_info *info, struct aios_buf *buf)
{
	json_t *root = json_pack(
		"{s:o s:o s:o s:o s:o s:i s:I s:i s:I s:I s:I s:I s:I s:o}", "version",
		aios_json_text(info->version), "kernel", aios_json_text(info->kernel), "host",
		aios_json_text(info->host), "evidence", aios_json_text(info->evidence), "command",
		aios_json_text(info->command), "cpus", (int)info->cpus, "wall_offset_ns",
		(json_int_t)info->wall_offset_ns, "utc_offset_s", (int)info->utc_offset_s,
		"start_ns", (json_int_t)info->start_ns, "begins_ns", (json_int_t)info->begins_ns,
		"aio_nr", (json_int_t)info->aio_nr, "aio_max_nr", (json_int_t)info->aio_max_nr,
		"blocked_over_ns", (json_int_t)info->blocked_over_ns, "hooks", hooks_json(info));

	return aios_json_line(root, buf);
}

static int hooks_read(const json_t *array, struct aios_info *ret)
{
	size_t cnt = json_array_size(array);

	if (!cnt)
		return 0;
	ret->hooks = calloc(cnt, sizeof(*ret->hooks));
	if (!ret->hooks)
		return -ENOMEM;
	ret->hook_cnt = cnt;
	for (size_t i = 0; i < cnt; i++) {
		const json_t *hook = json_array_get(array, i);

		ret->hooks[i].what = get_string(hook, "what");
		ret->hooks[i].how = get_string(hook, "how");
		ret->hooks[i].lost = get_string(hook, "lost");
		ret->hooks[i].kprobe = json_is_true(json_object_get(hook, "kprobe"));
	}
	return 0;
}

int aios_info_read(const char *json, size_t len, struct aios_info *ret)
{
	json_t *root = json_loadb(json, len, 0, NULL);
	int err = -EBADMSG;

	*ret = (struct aios_info){0};
	if (json_is_object(root)) {
		ret->version = get_string(root, "version");
		ret->kernel = get_string(root, "kernel");
		ret->host = get_string(root, "host");
		ret->evidence = get_string(root, "evidence");
		ret->command = get_string(root, "command");
		ret->cpus = (unsigned int)get_number(root, "cpus");
		ret->wall_offset_ns = get_number(root, "wall_offset_ns");
		ret->utc_offset_s = (int32_t)get_number(root, "utc_offset_s");
		ret->start_ns = (uint64_t)get_number(root, "start_ns");
		ret->begins_ns = (uint64_t)get_number(root, "begins_ns");
		ret->aio_nr = (uint64_t)get_number(root, "aio_nr");
		ret->aio_max_nr = (uint64_t)get_number(root, "aio_max_nr");
		ret->blocked_over_ns = (uint64_t)get_number(root, "blocked_over_ns");
		err = hooks_read(json_object_get(root, "hooks"), ret);
	}
	json_decref(root);
	return err;
}

bool aios_info_calls_only(const struct aios_info *info)
{
	return info->evidence && !strcmp(info->evidence, "syscall");
}

bool aios_info_exact(const struct aios_info *info)
{
	return info->evidence && !strcmp(info->evidence, "exact");
}

bool aios_info_kprobes(const struct aios_info *info)
{
	for (size_t i = 0; i < info->hook_cnt; i++)
		if (info->hooks[i].how && info->hooks[i].kprobe)
			return true;
	return false;
}

void aios_info_done(struct aios_info *info)
{
	for (size_t i = 0; i < info->hook_cnt; i++) {
		free(info->hooks[i].what);
		free(info->hooks[i].how);
		free(info->hooks[i].lost);
	}
	free(info->hooks);
	free(info->version);
	free(info->kernel);
	free(info->host);
	free(info->evidence);
	free(info->command);
	*info = (struct aios_info){0};
}

int aios_end_write(const struct aios_end *end, struct aios_buf *buf)
{
	return aios_json_line(
		json_pack("{s:o s:I s:I s:i s:I s:I s:I s:o}", "reason",
			  aios_json_text(end->reason), "end_ns", (json_int_t)end->end_ns,
			  "goes_on_ns", (json_int_t)end->goes_on_ns, "command_status",
			  end->command_status, "contexts_not_kept", (json_int_t)end->stats.ctx_full,
			  "processes_not_kept", (json_int_t)end->stats.proc_full, "works_not_kept",
			  (json_int_t)end->stats.work_full, "aio_nr_drift",
			  end->nr_known ? json_integer((json_int_t)end->nr_drift) : json_null()),
		buf);
}

int aios_end_read(const char *json, size_t len, struct aios_end *ret)
{
	json_t *root = json_loadb(json, len, 0, NULL);
	int err = -EBADMSG;

	*ret = (struct aios_end){.command_status = -1};
	if (json_is_object(root)) {
		ret->reason = get_string(root, "reason");
		ret->end_ns = (uint64_t)get_number(root, "end_ns");
		ret->goes_on_ns = (uint64_t)get_number(root, "goes_on_ns");
		if (json_is_integer(json_object_get(root, "command_status")))
			ret->command_status = (int)get_number(root, "command_status");
		ret->nr_known = json_is_integer(json_object_get(root, "aio_nr_drift"));
		ret->nr_drift = json_integer_value(json_object_get(root, "aio_nr_drift"));
		ret->stats.ctx_full = (uint64_t)get_number(root, "contexts_not_kept");
		ret->stats.proc_full = (uint64_t)get_number(root, "processes_not_kept");
		ret->stats.work_full = (uint64_t)get_number(root, "works_not_kept");
		err = 0;
	}
	json_decref(root);
	return err;
}

void aios_end_done(struct aios_end *end)
{
	free(end->reason);
	*end = (struct aios_end){0};
}
