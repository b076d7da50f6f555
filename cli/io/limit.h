/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * limit.h - how much of the host's limit on AIO is taken.
 */
#ifndef AIOS_LIMIT_H
#define AIOS_LIMIT_H

#include <stdint.h>

/**
 * aios_limit_taken() - fs.aio-nr: requests that all contexts of the host may have
 * Return: the number, or UINT64_MAX where it cannot be read.
 */
uint64_t aios_limit_taken(void);

/**
 * aios_limit_max() - fs.aio-max-nr
 * Return: as aios_limit_taken().
 */
uint64_t aios_limit_max(void);

#endif /* AIOS_LIMIT_H */
