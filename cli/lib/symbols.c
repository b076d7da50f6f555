// SPDX-License-Identifier: GPL-2.0-only
/*
 * symbols.c - names of addresses.
 */
#include "symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* A file may say what it likes: more and longer ones than any machine tells are left out. */
#define SYMBOLS_MAX	65536U
#define NAME_MAX_BYTES	1024U

#define IMAGES		"images"	/* a key that is no address */

/* What calls the programs that are attached to a function or a tracepoint. */
static const char *const hooks[] = { "bpf_trampoline_", "bpf_trace_run", "bpf_prog_",
				     "__traceiter_", "__bpf_trace_" };

int aios_symbols_add(struct aios_symbols *symbols, uint64_t address, const char *name)
{
	char *before = aios_map_get(&symbols->map, address), *copy = strdup(name);

	if (!copy || aios_map_put(&symbols->map, address, copy)) {
		free(copy);
		return -ENOMEM;
	}
	free(before);
	return 0;
}

/* What is no address, or has no name, is of a version that is not known here. */
static int symbol_read(struct aios_symbols *symbols, const char *key, const json_t *value)
{
	char *end;
	uint64_t address = strtoull(key, &end, 16);

	if (!strcmp(key, IMAGES))
		return aios_images_read(&symbols->images, value);
	if (end == key || *end || json_string_length(value) > NAME_MAX_BYTES ||
	    !json_is_string(value) || symbols->map.used >= SYMBOLS_MAX)
		return 0;
	return aios_symbols_add(symbols, address, json_string_value(value));
}

int aios_symbols_read(struct aios_symbols *symbols, const char *json, size_t len)
{
	json_t *root = json_loadb(json, len, 0, NULL), *value;
	const char *key;
	int err = json_is_object(root) ? 0 : -EBADMSG;

	json_object_foreach(root, key, value)
		err = err ? err : symbol_read(symbols, key, value);
	json_decref(root);
	return err;
}

bool aios_symbols_any(const struct aios_symbols *symbols)
{
	return symbols->map.used || symbols->images.cnt;
}

int aios_symbols_write(const struct aios_symbols *symbols, struct aios_buf *buf)
{
	json_t *root = json_object();
	char key[24];
	int err = root ? 0 : -ENOMEM;

	for (size_t i = 0; symbols->map.used && i <= symbols->map.mask && !err; i++) {
		const struct aios_map_slot *slot = &symbols->map.slots[i];

		if (!slot->value)
			continue;
		snprintf(key, sizeof(key), "0x%llx", (unsigned long long)slot->key);
		if (json_object_set_new(root, key, aios_json_text(slot->value)))
			err = -ENOMEM;
	}
	if (!err && symbols->images.cnt &&
	    json_object_set_new(root, IMAGES, aios_images_write(&symbols->images)))
		err = -ENOMEM;
	if (!err)
		return aios_json_line(root, buf);
	json_decref(root);
	return err;
}

const char *aios_symbols_name(const struct aios_symbols *symbols, uint64_t address)
{
	return symbols ? aios_map_get(&symbols->map, address) : NULL;
}

/**
 * aios_symbols_done() - forgets all names
 * @symbols: empty again
 */
void aios_symbols_done(struct aios_symbols *symbols)
{
	size_t iter = 0;
	char *name;

	while ((name = aios_map_next(&symbols->map, &iter)))
		free(name);
	aios_map_done(&symbols->map);
	aios_images_done(&symbols->images);
}

static bool is_hook(const struct aios_frame *frame)
{
	for (size_t i = 0; frame->name && i < sizeof(hooks) / sizeof(hooks[0]); i++)
		if (!strncmp(frame->name, hooks[i], strlen(hooks[i])))
			return true;
	return false;
}

/* "io_submit_one+0x2a7" and "io_submit_one+0x5" */
static bool is_same_function(const struct aios_frame *a, const struct aios_frame *b)
{
	size_t len = a->name ? strcspn(a->name, "+") : 0;

	return len && b->name && !strncmp(a->name, b->name, len) && b->name[len] == '+';
}

size_t aios_kernel_frames(const uint64_t *ips, size_t all, const struct aios_symbols *symbols,
			  struct aios_frame *ret)
{
	bool hooked = false;
	size_t cnt = 0;

	for (size_t i = 0; i < all; i++) {
		struct aios_frame frame = { ips[i], aios_symbols_name(symbols, ips[i]) };
		bool again = hooked && cnt && is_same_function(&ret[cnt - 1], &frame);

		hooked = is_hook(&frame);
		if (!hooked && !again)
			ret[cnt++] = frame;
	}
	return cnt;
}

size_t aios_stack_frames(const struct aios_stack *stack, const struct aios_symbols *symbols,
			 struct aios_frame *ret)
{
	size_t all = stack->count < AIOS_STACK_FRAMES ? stack->count : AIOS_STACK_FRAMES;
	uint64_t ips[AIOS_STACK_FRAMES];

	for (size_t i = 0; i < all; i++)
		ips[i] = i ? stack->ip + (__u64)(__s64)stack->more[i - 1] : stack->ip;
	return aios_kernel_frames(ips, all, symbols, ret);
}

size_t aios_user_frames(const struct aios_chain *chain, const struct aios_symbols *symbols,
			struct aios_place *ret, bool *cut)
{
	size_t all, cnt = 0;
	const uint64_t *ips = aios_chain_ips(chain, AIOS_FRAMES_USER, &all);
	unsigned int flags = chain->flags[AIOS_FRAMES_USER];
	const struct aios_images *images = &symbols->images;

	*cut = flags & (AIOS_FRAMES_FULL | AIOS_FRAMES_BROKEN) || !all;
	for (size_t i = 0; i < all; i++) {
		bool guess = i == 1 && flags & AIOS_FRAMES_TOP;
		/* A return address is behind the call, which may be the last of its function. */
		uint64_t ip = i ? ips[i] - 1 : ips[i];
		const struct aios_image *image = aios_images_find(images, chain->tgid, ip);

		if (guess && (!image || (all > 2 && ips[2] == ips[1])))
			continue;
		/* Without frame pointers anything can look like a frame, but not like code. */
		if (i && !image) {
			*cut = true;
			break;
		}
		ret[cnt++] = (struct aios_place){
			.ip = ips[i], .image = image, .guess = guess,
			.offset = image ? ip - image->from + image->offset : 0,
		};
	}
	return cnt;
}

const char *aios_stack_what(const struct aios_stack *stack)
{
	static const char *const names[AIOS_STACK_CNT] = {
		[AIOS_STACK_TAKEN] = "taken",
		[AIOS_STACK_COMPLETED] = "completed",
		[AIOS_STACK_FREED] = "freed",
	};

	return stack->what < AIOS_STACK_CNT ? names[stack->what] : "?";
}
