/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.h - a recording that is not one file: the last part of it, written when told to, or file
 * after file, each of a limited size.
 *
 * The first file has the name that was given, the next ones a number in front of its suffix:
 * t.aios, t.1.aios, t.2.aios. Each can be read on its own.
 */
#ifndef AIOS_FLIGHT_H
#define AIOS_FLIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "../lib/decode.h"
#include "../lib/err.h"
#include "live.h"

/**
 * struct aios_flight_opts - how to record
 * @path: of the first file
 * @ring: bytes kept in memory, to be written when told; 0 writes all the time
 * @max_size: bytes of a file after which the next one begins, without @ring; 0 for no limit
 * @max_files: of the files written, that many of the newest ones stay; 0 for all
 * @stuck_ns: with @ring, write when a request is in flight for longer; 0 for never
 */
struct aios_flight_opts {
	const char *path;
	uint64_t ring;
	uint64_t max_size;
	uint64_t max_files;
	uint64_t stuck_ns;
};

struct aios_flight;

/**
 * aios_flight_new() - a recording; checks that its first file can be written
 * @opts: copied; @path must live as long
 * @ret: to be closed with aios_flight_close()
 * @err: why not
 * Return: 0 or a negative errno.
 */
int aios_flight_new(const struct aios_flight_opts *opts, struct aios_flight **ret,
		    struct aios_err *err);

/**
 * aios_flight_begin() - everything is attached: begins the first file, unless it is for later
 * Return: 0 or a negative errno.
 */
int aios_flight_begin(struct aios_flight *flight);

/**
 * aios_flight_feed() - its entrance for chunks
 * @flight: must outlive the source
 * Return: to be given to a source.
 */
struct aios_feed aios_flight_feed(struct aios_flight *flight);

/**
 * aios_flight_ask() - have what is kept written as soon as it is complete up to now
 * @flight: does nothing without a ring
 * @reason: for people; copied
 */
void aios_flight_ask(struct aios_flight *flight, const char *reason);

/**
 * aios_flight_tick() - a round is over: writes what is due, begins the next file
 * @flight: the recording
 * @stats: how the reading goes
 *
 * Says on stderr what was written and why. What cannot be written ends a recording without a ring:
 * the feed returns the error.
 */
void aios_flight_tick(struct aios_flight *flight, const struct aios_live_stats *stats);

/**
 * struct aios_flight_stats - what was written
 * @files: begun
 * @bytes: in all of them
 * @kept: bytes in memory
 */
struct aios_flight_stats {
	unsigned int files;
	uint64_t bytes;
	uint64_t kept;
};

struct aios_flight_stats aios_flight_stats(const struct aios_flight *flight);

/**
 * aios_flight_close() - the recording is over
 * @flight: may be NULL
 * Return: 0 or a negative errno: the first that happened.
 */
int aios_flight_close(struct aios_flight *flight);

#endif /* AIOS_FLIGHT_H */
