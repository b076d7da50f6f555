/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * watch_int.h - what the parts of the watch share with each other and with nobody else.
 */
#ifndef AIOS_WATCH_INT_H
#define AIOS_WATCH_INT_H

#include "watch.h"

/**
 * struct aios_seen - what happened to a context
 * @watch: what is remembered of it
 * @ctx: what the model knows of it, or NULL where it is over
 * @rec: the record
 * @err: 0, or -ENOMEM
 */
struct aios_seen {
	struct aios_watches *watches;
	const struct aios_model *model;
	struct aios_watch *watch;
	const struct aios_ctx *ctx;
	const struct aios_rec *rec;
	int err;
};

/* watch.c */
void aios_watch_keep(struct aios_watch *watch, const struct aios_rec *rec);
struct aios_watch *aios_watch_of(const struct aios_watches *watches, uint64_t user_id,
				 uint32_t tgid);

/* watch_fault.c: what no correct kernel does. */
void aios_watch_faulty(struct aios_seen *seen, enum aios_fault_kind kind, int64_t due);
void aios_watch_user(struct aios_seen *seen);
void aios_watch_request(struct aios_seen *seen);
void aios_watch_ref(struct aios_seen *seen);
void aios_watch_call(struct aios_seen *seen);
void aios_watch_birth(struct aios_seen *seen);
void aios_watch_read(struct aios_seen *seen, const struct aios_rec *begin);

/* watch_submit.c: threads in io_submit, and what they are refused. */
int aios_watch_submission(struct aios_watches *watches, const struct aios_model *model,
			  const struct aios_rec *rec);
void aios_watch_submitters_done(struct aios_watches *watches);

#endif /* AIOS_WATCH_INT_H */
