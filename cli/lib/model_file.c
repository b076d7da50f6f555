// SPDX-License-Identifier: GPL-2.0-only
/*
 * model_file.c - names of files, put together from their pieces.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "model_int.h"

/* File systems whose files have no path; the names are those of /proc/PID/fd. */
static const struct {
	uint32_t magic;
	const char *fmt;
} nameless[] = {
	{ 0x50495045, "pipe:[%llu]" },		/* PIPEFS_MAGIC */
	{ 0x534f434b, "socket:[%llu]" },	/* SOCKFS_MAGIC */
};

#define ANON_INODE_MAGIC	0x09041934

/**
 * aios_file_unpin() - lets go of a file
 * @file: may be NULL
 */
void aios_file_unpin(struct aios_file *file)
{
	if (!file || --file->pins)
		return;
	free(file->path);
	free(file);
}

/**
 * aios_model_file() - the file that a struct file is now
 * @model: the model
 * @file: its address
 * Return: pinned for the caller, or NULL where it was not told.
 */
struct aios_file *aios_model_file(struct aios_model *model, uint64_t file)
{
	struct aios_file *found = aios_map_get(&model->files, file);

	if (found)
		found->pins++;
	return found;
}

/**
 * aios_name_parts_drop() - forgets a name on its way
 * @name: emptied
 */
void aios_name_parts_drop(struct aios_name_parts *name)
{
	aios_file_unpin(name->target);
	free(name->text);
	free(name->component);
	*name = (struct aios_name_parts){ 0 };
}

/* Puts the component that is complete in front of what is there. */
static int name_push(struct aios_name_parts *name)
{
	char *text;

	if (!name->component)
		return 0;
	if (asprintf(&text, "/%s%s", name->component, name->text ? name->text : "") < 0)
		return -ENOMEM;
	free(name->text);
	free(name->component);
	name->text = text;
	name->component = NULL;
	return 0;
}

static int name_piece(struct aios_name_parts *name, const struct aios_file_name *body)
{
	size_t len = body->text_len < AIOS_NAME_PIECE ? body->text_len : AIOS_NAME_PIECE;
	char *component;
	int err;

	if (body->piece == 0) {
		err = name_push(name);
		if (err)
			return err;
		name->whole = name->whole && body->part == name->part;
		name->part = body->part + 1U;
	} else {
		name->whole = name->whole && body->piece == name->piece && name->component;
	}
	name->piece = body->piece + 1U;
	if (asprintf(&component, "%s%.*s", name->component ? name->component : "", (int)len,
		     body->text) < 0)
		return -ENOMEM;
	free(name->component);
	name->component = component;
	return 0;
}

/* The path, or what stands for one. */
static char *name_path(const struct aios_name_parts *name, const struct aios_file_name *body)
{
	const char *text = name->text ? name->text : "/";
	int unlinked = body->name_flags & AIOS_NAME_UNLINKED, len;
	char *path = NULL;

	for (size_t i = 0; i < sizeof(nameless) / sizeof(nameless[0]); i++) {
		if (nameless[i].magic != body->magic)
			continue;
		len = asprintf(&path, nameless[i].fmt, (unsigned long long)body->ino);
		return len < 0 ? NULL : path;
	}
	/* The root directory's own name is "/". */
	while (text[0] == '/' && text[1] == '/')
		text++;
	if (body->magic == ANON_INODE_MAGIC)
		len = asprintf(&path, "anon_inode:%s", text + 1);
	else
		len = asprintf(&path, "%s%s%s", body->name_flags & AIOS_NAME_CUT ? "..." : "", text,
			       unlinked ? " (deleted)" : "");
	return len < 0 ? NULL : path;
}

/*
 * From its first piece on the address is that of this file: a request of another thread can be born
 * before its name is complete, and gets it all the same.
 */
static int name_begin(struct aios_model *model, struct aios_name_parts *name,
		      const struct aios_file_name *body)
{
	struct aios_file *file = calloc(1, sizeof(*file)), *old;

	if (!file)
		return -ENOMEM;
	old = aios_map_get(&model->files, body->file);
	if (aios_map_put(&model->files, body->file, file)) {
		free(file);
		return -ENOMEM;
	}
	aios_file_unpin(old);
	file->pins = 2;
	aios_name_parts_drop(name);
	name->file = body->file;
	name->target = file;
	name->whole = true;
	return 0;
}

static int name_over(struct aios_name_parts *name, const struct aios_file_name *body)
{
	struct aios_file *file = name->target;
	int err = name_push(name);

	file->ino = body->ino;
	file->dev = body->dev;
	file->magic = body->magic;
	file->f_flags = body->f_flags;
	file->mode = body->mode;
	if (!err && name->whole && body->part == name->part) {
		file->path = name_path(name, body);
		err = file->path ? 0 : -ENOMEM;
	}
	aios_name_parts_drop(name);
	return err;
}

/**
 * aios_model_file_name() - takes a piece of a file's name
 * @model: the model
 * @rec: AIOS_EV_FILE_NAME
 *
 * A name is told by one thread without a pause, so its pieces are collected by thread.
 *
 * Return: 0 or -ENOMEM.
 */
int aios_model_file_name(struct aios_model *model, const struct aios_rec *rec)
{
	const struct aios_file_name *body = &rec->file_name;
	struct aios_thread *thread = aios_model_thread(model, &rec->h);
	struct aios_name_parts *name;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	name = &thread->name;
	if (name->file != body->file || !name->target || (body->part == 0 && body->piece == 0))
		err = name_begin(model, name, body);
	if (err)
		return err;
	if (body->name_flags & AIOS_NAME_LAST)
		return name_over(name, body);
	return name_piece(name, body);
}
