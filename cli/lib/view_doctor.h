/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_doctor.h - conditions as text and JSON.
 */
#ifndef AIOS_VIEW_DOCTOR_H
#define AIOS_VIEW_DOCTOR_H

#include "doctor.h"
#include "view.h"

/**
 * struct aios_doctor_view - what is told of
 * @doctor: after aios_doctor_end()
 * @trace: what it listened to
 * @clock: of the trace
 */
struct aios_doctor_view {
	const struct aios_doctor *doctor;
	struct aios_trace trace;
	struct aios_clock clock;
};

/**
 * aios_doctor_text() - all conditions, with why they matter and what to do
 * @buf: appended to
 * @view: of the trace
 */
void aios_doctor_text(struct aios_buf *buf, const struct aios_doctor_view *view);

/**
 * aios_report_doctor() - a section of a report: the conditions, without advice
 * @buf: appended to
 * @doctor: after aios_doctor_end()
 */
void aios_report_doctor(struct aios_buf *buf, const struct aios_doctor *doctor);

/**
 * aios_doctor_json() - objects of schema aioscope.condition/1, then one of aioscope.doctor/1
 * @buf: appended to, an object a line
 * @view: of the trace
 * Return: 0 or -ENOMEM.
 */
int aios_doctor_json(struct aios_buf *buf, const struct aios_doctor_view *view);

struct json_t;

/**
 * aios_doctor_object() - all of it as one object: aioscope.doctor/1 with its conditions
 * @doctor: after aios_doctor_end()
 * @trace: what it listened to
 * Return: a new reference, or NULL for -ENOMEM.
 */
struct json_t *aios_doctor_object(const struct aios_doctor *doctor, const struct aios_trace *trace);

/* All that can be the matter, what it needs and when it is told. */
void aios_ailments_text(struct aios_buf *buf);

/* The same, an object of schema aioscope.ailment/1 a line. Return: 0 or -ENOMEM. */
int aios_ailments_json(struct aios_buf *buf);

#endif /* AIOS_VIEW_DOCTOR_H */
