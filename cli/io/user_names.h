/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * user_names.h - what functions of programs are called, as long as their files are there.
 */
#ifndef AIOS_USER_NAMES_H
#define AIOS_USER_NAMES_H

#include "../lib/view.h"

struct aios_files_named;

/**
 * aios_files_named_new() - has read no file yet
 * Return: to be freed with aios_files_named_free(), or NULL.
 */
struct aios_files_named *aios_files_named_new(void);
struct aios_files_named *aios_files_named_free(struct aios_files_named *files);

/**
 * aios_files_named() - for views
 * @files: reads what it is asked for; must outlive what is returned
 *
 * A file is only taken for the one that was mapped if it has the same build id.
 *
 * Return: for struct aios_trace.
 */
struct aios_user_names aios_files_named(struct aios_files_named *files);

#endif /* AIOS_USER_NAMES_H */
