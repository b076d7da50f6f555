/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch.h - what rules remember of contexts while they live.
 */
#ifndef AIOS_WATCH_H
#define AIOS_WATCH_H

#include "map.h"
#include "model.h"
#include "rules.h"

/**
 * struct aios_watches - of all contexts
 * @map: kctx -> struct aios_watch, owned
 * @waiting: how many of them somebody waits for
 */
struct aios_watches {
	struct aios_map map;
	size_t waiting;
};

/**
 * aios_watch_record() - takes a record, after the model has
 * @watches: where
 * @model: knows the contexts
 * @rec: the record
 * Return: 0 or -ENOMEM.
 */
int aios_watch_record(struct aios_watches *watches, const struct aios_model *model,
		      const struct aios_rec *rec);

/* The context's life is over. */
void aios_watch_drop(struct aios_watches *watches, uint64_t kctx);
const struct aios_watch *aios_watch_get(const struct aios_watches *watches, uint64_t kctx);
void aios_watches_done(struct aios_watches *watches);

#endif /* AIOS_WATCH_H */
