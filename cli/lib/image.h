/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - what is mapped where in programs: how addresses of theirs become places in files.
 *
 * Told by who records, as long as the process is there. What is called how at such a place can be
 * found out later, where the file is.
 */
#ifndef AIOS_IMAGE_H
#define AIOS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/**
 * struct aios_image - a part of a file that a process can run
 * @tgid: the process
 * @from: where it begins in its memory
 * @to: where it ends
 * @offset: in the file
 * @path: of the file, as the process sees it
 * @build_id: of the file, in hexadecimal; NULL where it has none, or could not be read
 */
struct aios_image {
	uint32_t tgid;
	uint64_t from;
	uint64_t to;
	uint64_t offset;
	char *path;
	char *build_id;
};

/**
 * struct aios_images - of all processes; zero-initialised is empty
 * @items: owned, with their strings
 */
struct aios_images {
	struct aios_image *items;
	size_t cnt, cap;
};

/**
 * aios_images_add() - one more
 * @images: where; there may be one at the same place, which is hidden from now on
 * @image: copied
 * Return: 0 or -ENOMEM.
 */
int aios_images_add(struct aios_images *images, const struct aios_image *image);

/**
 * aios_images_find() - what is mapped at an address
 * @images: all
 * @tgid: the process
 * @ip: the address
 * Return: the newest one there, borrowed, or NULL where nobody told.
 */
const struct aios_image *aios_images_find(const struct aios_images *images, uint32_t tgid,
					  uint64_t ip);

/**
 * aios_images_write() - as JSON
 * @images: any
 * Return: a new reference to an array, or NULL for -ENOMEM.
 */
json_t *aios_images_write(const struct aios_images *images);

/**
 * aios_images_read() - adds what that wrote
 * @images: may have some already
 * @array: of a file, which may say what it likes: what makes no sense is left out
 * Return: 0 or -ENOMEM.
 */
int aios_images_read(struct aios_images *images, const json_t *array);
void aios_images_done(struct aios_images *images);

#endif /* AIOS_IMAGE_H */
