/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kit_scene.h - hosts that aiotop could see, made by hand: samples and frames without a kernel.
 */
#ifndef AIOS_TEST_KIT_SCENE_H
#define AIOS_TEST_KIT_SCENE_H

#include "lib/top.h"

/**
 * struct kit_scene - a frame, and the sample that it is about
 */
struct kit_scene {
	struct aios_top_sample sample;
	struct aios_top_frame frame;
};

/* A host with so many processes, the first of which has so many contexts, each one less. */
struct kit_scene *kit_scene(unsigned int procs, unsigned int contexts);

/* A process is called so, and so is its container; a copy is kept. */
void kit_scene_name(struct kit_scene *host, size_t proc, const char *command,
		    const char *container);
void kit_scene_finding(struct kit_scene *host, int severity, const char *text);

/* Rows point to what the sample has now: to be called when the test has changed it. */
void kit_scene_rows(struct kit_scene *host);
void kit_scene_free(struct kit_scene *host);

#endif /* AIOS_TEST_KIT_SCENE_H */
