// SPDX-License-Identifier: GPL-2.0-only
/*
 * aioscope.c - all programs of levels function and exact as one object. They are compiled together
 * since the linker of libbpf 1.1 cannot join objects that call functions of the kernel: bpf/peek.h.
 */
#include "maps.bpf.c"
#include "block.bpf.c"
#include "context.bpf.c"
#include "eventfd.bpf.c"
#include "found.bpf.c"
#include "poll.bpf.c"
#include "prepare.bpf.c"
#include "process.bpf.c"
#include "read.bpf.c"
#include "request.bpf.c"
#include "sleep.bpf.c"
#include "snap.bpf.c"
#include "witness.bpf.c"
/* What it tells is told by those above, too. */
#include "exact.bpf.c"
/* What is counted where none of it is told. */
#include "top.bpf.c"

char LICENSE[] SEC("license") = "GPL";
