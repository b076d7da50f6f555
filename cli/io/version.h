/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef AIOS_VERSION_H
#define AIOS_VERSION_H

#define AIOS_VERSION	"0.1"

#endif /* AIOS_VERSION_H */
