// SPDX-License-Identifier: GPL-2.0-only
/*
 * story.c - writes a stream of kit_story.h into a trace file, as the tool would have.
 *
 *	story NAME FILE
 *	story --list		NAME, what it breaks ("-" for nothing), and its level, a line each
 */
#include <stdio.h>

#include "io/trace_out.h"
#include "kit_story.h"

static void list(const struct kit_story *stories, size_t cnt)
{
	for (size_t i = 0; i < cnt; i++)
		printf("%s\t%s%s%s\t%s\n", stories[i].name, stories[i].rule ? stories[i].rule : "-",
		       stories[i].also ? "," : "", stories[i].also ? stories[i].also : "",
		       stories[i].exact ? "exact" : "function");
}

static int write_story(const struct kit_story *story, const char *path)
{
	struct aios_trace_out *out;
	struct aios_err err;
	int code = aios_trace_out_open(path, &out, &err), closed;

	if (code)
		return code;
	code = aios_trace_out_begin(out);
	if (!code)
		code = story_tell(story, aios_trace_out_feed(out));
	closed = aios_trace_out_close(out);
	return code ? code : closed;
}

int main(int argc, char **argv)
{
	const struct kit_story *story = argc == 3 ? story_find(argv[1]) : NULL;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list(kit_breaks, kit_break_cnt);
		list(kit_legal, kit_legal_cnt);
		return 0;
	}
	if (!story) {
		fprintf(stderr, "usage: story NAME FILE | --list\n");
		return 2;
	}
	if (!write_story(story, argv[2]))
		return 0;
	fprintf(stderr, "story: cannot write %s\n", argv[2]);
	return 1;
}
