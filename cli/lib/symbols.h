/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * symbols.h - what functions of the kernel are called: names of addresses in stacks; and where the
 * addresses of programs are.
 *
 * Only the machine that recorded can tell. It does so in the stream, before the records that have
 * the addresses, so that whoever reads them later, elsewhere or without privilege knows as much.
 */
#ifndef AIOS_SYMBOLS_H
#define AIOS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <aioscope/record.h>

#include "buf.h"
#include "chain.h"
#include "image.h"
#include "map.h"

/**
 * struct aios_symbols - names by address; zero-initialised is empty
 * @map: address -> "io_submit_one+0x2a7", owned
 * @images: what programs have mapped
 */
struct aios_symbols {
	struct aios_map map;
	struct aios_images images;
};

/**
 * aios_symbols_add() - names an address
 * @symbols: may have a name for it, which is forgotten
 * @address: in the kernel
 * @name: copied
 * Return: 0 or -ENOMEM.
 */
int aios_symbols_add(struct aios_symbols *symbols, uint64_t address, const char *name);

/**
 * aios_symbols_read() - adds the names of a chunk
 * @symbols: may have some already
 * @json: the payload of AIOS_CHUNK_SYMBOLS
 * @len: of @json
 * Return: 0; -EBADMSG where it is no such payload; -ENOMEM.
 */
int aios_symbols_read(struct aios_symbols *symbols, const char *json, size_t len);

/**
 * aios_symbols_any() - is there anything to write?
 * @symbols: any
 * Return: whether there is.
 */
bool aios_symbols_any(const struct aios_symbols *symbols);

/**
 * aios_symbols_write() - the payload of a chunk with these names
 * @symbols: any
 * @buf: appended to
 * Return: 0 or -ENOMEM.
 */
int aios_symbols_write(const struct aios_symbols *symbols, struct aios_buf *buf);

/**
 * aios_symbols_name() - what an address is called
 * @symbols: may be NULL
 * @address: in the kernel
 * Return: borrowed, or NULL where nobody told.
 */
const char *aios_symbols_name(const struct aios_symbols *symbols, uint64_t address);
void aios_symbols_done(struct aios_symbols *symbols);

/**
 * struct aios_frame - a function that was called and has not returned
 * @address: where it is
 * @name: what that is called, borrowed; NULL where nobody told
 */
struct aios_frame {
	uint64_t address;
	const char *name;
};

/**
 * aios_stack_frames() - the frames of a stack, from the innermost on
 * @stack: any
 * @symbols: may be NULL
 * @ret: room for AIOS_STACK_FRAMES
 *
 * What calls programs that are attached, ours or another's, is left out where names tell. A
 * function that is hooked at its return is called by that: so it is there twice, and told once.
 *
 * Return: how many there are.
 */
size_t aios_stack_frames(const struct aios_stack *stack, const struct aios_symbols *symbols,
			 struct aios_frame *ret);

/**
 * aios_kernel_frames() - the same of addresses alone
 * @ips: from the innermost on
 * @all: of @ips
 * @symbols: may be NULL
 * @ret: room for @all
 * Return: how many there are.
 */
size_t aios_kernel_frames(const uint64_t *ips, size_t all, const struct aios_symbols *symbols,
			  struct aios_frame *ret);

/**
 * struct aios_place - where a program is, in a function that has not returned
 * @ip: the address
 * @image: what is mapped there, borrowed; NULL where nobody told
 * @offset: in the file: of the instruction, or within the call that has not returned
 * @guess: it was on top of the stack, and is code; so it is most likely who made the system call
 */
struct aios_place {
	uint64_t ip;
	const struct aios_image *image;
	uint64_t offset;
	bool guess;
};

/**
 * aios_user_frames() - the frames of the program
 * @chain: a stack
 * @symbols: of the trace
 * @ret: room for AIOS_FRAMES_USER_MAX
 * @cut: there are more: the stack is deeper than what was told, or code there keeps no frame
 *	pointers
 * Return: how many there are.
 */
size_t aios_user_frames(const struct aios_chain *chain, const struct aios_symbols *symbols,
			struct aios_place *ret, bool *cut);

/* "taken", "completed", "freed", or "?": a constant. */
const char *aios_stack_what(const struct aios_stack *stack);

#endif /* AIOS_SYMBOLS_H */
