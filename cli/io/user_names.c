// SPDX-License-Identifier: GPL-2.0-only
/*
 * user_names.c - functions of programs, out of their files; each is read once.
 */
#include "user_names.h"

#include <stdlib.h>
#include <string.h>

#include "../lib/vec.h"
#include "elf.h"

/* A file that was asked for; @elf is NULL where it is not there any more. */
struct file {
	char *path;
	char *build_id;
	struct aios_elf *elf;
};

struct aios_files_named {
	struct file *files;
	size_t cnt, cap;
};

struct aios_files_named *aios_files_named_new(void)
{
	return calloc(1, sizeof(struct aios_files_named));
}

/**
 * aios_files_named_free() - forgets all files
 * @files: may be NULL
 * Return: NULL.
 */
struct aios_files_named *aios_files_named_free(struct aios_files_named *files)
{
	if (!files)
		return NULL;
	for (size_t i = 0; i < files->cnt; i++) {
		free(files->files[i].path);
		free(files->files[i].build_id);
		aios_elf_free(files->files[i].elf);
	}
	free(files->files);
	free(files);
	return NULL;
}

static struct file *file_find(const struct aios_files_named *files, const struct aios_image *image)
{
	for (size_t i = 0; i < files->cnt; i++)
		if (!strcmp(files->files[i].path, image->path) &&
		    !strcmp(files->files[i].build_id, image->build_id))
			return &files->files[i];
	return NULL;
}

static struct file *file_open(struct aios_files_named *files, const struct aios_image *image)
{
	struct file *all = aios_vec_room(files->files, files->cnt, &files->cap, sizeof(*all));
	struct file file = { strdup(image->path), strdup(image->build_id), NULL };

	if (all)
		files->files = all;
	if (!all || !file.path || !file.build_id) {
		free(file.path);
		free(file.build_id);
		return NULL;
	}
	file.elf = aios_elf_open(file.path, file.build_id);
	all[files->cnt] = file;
	return &all[files->cnt++];
}

static bool files_name(void *arg, const struct aios_image *image, uint64_t offset,
		       struct aios_buf *buf)
{
	struct aios_files_named *files = arg;
	struct file *file;

	if (!image->build_id)
		return false;
	file = file_find(files, image);
	if (!file)
		file = file_open(files, image);
	return file && file->elf && aios_elf_name(file->elf, offset, buf);
}

struct aios_user_names aios_files_named(struct aios_files_named *files)
{
	return (struct aios_user_names){ .name = files_name, .arg = files };
}
