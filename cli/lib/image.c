// SPDX-License-Identifier: GPL-2.0-only
/*
 * image.c - what is mapped where in programs.
 */
#include "image.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "vec.h"

#define IMAGES_MAX	65536U	/* more than any machine tells of the stacks of a trace */
#define TEXT_MAX_BYTES	4096U	/* PATH_MAX */

static void image_done(struct aios_image *image)
{
	free(image->path);
	free(image->build_id);
}

int aios_images_add(struct aios_images *images, const struct aios_image *image)
{
	struct aios_image *items = aios_vec_room(images->items, images->cnt, &images->cap,
						 sizeof(*items)), copy = *image;

	if (!items)
		return -ENOMEM;
	images->items = items;
	copy.path = strdup(image->path);
	copy.build_id = image->build_id ? strdup(image->build_id) : NULL;
	if (!copy.path || (image->build_id && !copy.build_id)) {
		image_done(&copy);
		return -ENOMEM;
	}
	items[images->cnt++] = copy;
	return 0;
}

const struct aios_image *aios_images_find(const struct aios_images *images, uint32_t tgid,
					  uint64_t ip)
{
	for (size_t i = images->cnt; i--;) {
		const struct aios_image *image = &images->items[i];

		if (image->tgid == tgid && ip >= image->from && ip < image->to)
			return image;
	}
	return NULL;
}

static json_t *hex(uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)number);
	return json_string(text);
}

json_t *aios_images_write(const struct aios_images *images)
{
	json_t *array = json_array();

	for (size_t i = 0; i < images->cnt && array; i++) {
		const struct aios_image *image = &images->items[i];
		json_t *object = json_pack("{s:o s:o s:o s:o s:o s:o}",
					   "pid", aios_json_count(image->tgid),
					   "from", hex(image->from), "to", hex(image->to),
					   "offset", hex(image->offset),
					   "path", aios_json_text(image->path),
					   "build_id", aios_json_text(image->build_id));

		if (!json_array_append_new(array, object))
			continue;
		json_decref(array);
		array = NULL;
	}
	return array;
}

static bool read_hex(const json_t *object, const char *key, uint64_t *ret)
{
	const char *text = json_string_value(json_object_get(object, key));
	char *end;

	if (!text || strncmp(text, "0x", 2))
		return false;
	*ret = strtoull(text, &end, 16);
	return !*end;
}

/* A borrowed string, or NULL. */
static char *read_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_string_length(value) <= TEXT_MAX_BYTES ? (char *)json_string_value(value) :
							     NULL;
}

static int image_read(struct aios_images *images, const json_t *object)
{
	struct aios_image image = {
		.tgid = (uint32_t)json_integer_value(json_object_get(object, "pid")),
		.path = read_text(object, "path"),
		.build_id = read_text(object, "build_id"),
	};

	if (!image.path || !read_hex(object, "from", &image.from) ||
	    !read_hex(object, "to", &image.to) || !read_hex(object, "offset", &image.offset) ||
	    images->cnt >= IMAGES_MAX)
		return 0;
	return aios_images_add(images, &image);
}

int aios_images_read(struct aios_images *images, const json_t *array)
{
	const json_t *object;
	size_t i;
	int err = 0;

	json_array_foreach(array, i, object)
		err = err ? err : image_read(images, object);
	return err;
}

/**
 * aios_images_done() - forgets all of them
 * @images: empty again
 */
void aios_images_done(struct aios_images *images)
{
	for (size_t i = 0; i < images->cnt; i++)
		image_done(&images->items[i]);
	free(images->items);
	*images = (struct aios_images){ 0 };
}
