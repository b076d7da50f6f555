/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf.h - what a program's file says of itself: its build id, and what its functions are called.
 */
#ifndef AIOS_ELF_H
#define AIOS_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/buf.h"

#define AIOS_BUILD_ID_TEXT	129	/* 64 bytes in hexadecimal, and a NUL; SHA-1 takes 20 */

/**
 * aios_elf_build_id() - the build id of a file
 * @path: of it
 * @ret: in hexadecimal; empty where there is none
 * Return: 0, or a negative errno where it is no ELF file or cannot be read.
 */
int aios_elf_build_id(const char *path, char ret[AIOS_BUILD_ID_TEXT]);

struct aios_elf;

/**
 * aios_elf_open() - the functions of a file
 * @path: of it
 * @build_id: that it must have
 * Return: to be freed with aios_elf_free(), or NULL where there is no such file any more.
 */
struct aios_elf *aios_elf_open(const char *path, const char *build_id);
struct aios_elf *aios_elf_free(struct aios_elf *elf);

/**
 * aios_elf_name() - the function at a place of the file
 * @elf: the file
 * @offset: in it
 * @buf: its name is appended, as it is in the file
 * Return: whether there is one.
 */
bool aios_elf_name(const struct aios_elf *elf, uint64_t offset, struct aios_buf *buf);

#endif /* AIOS_ELF_H */
