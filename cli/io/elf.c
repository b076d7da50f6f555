// SPDX-License-Identifier: GPL-2.0-only
/*
 * elf.c - build ids and functions, by libelf.
 */
#include "elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/vec.h"

#define FUNCTION_MAX	65536U	/* bytes of a function whose size the file does not tell */

struct function {
	uint64_t from;
	uint64_t size;	/* 0 where it is not told */
	char *name;
};

/* A loaded part of the file: addresses of functions are those in memory. */
struct load {
	uint64_t offset;
	uint64_t address;
	uint64_t bytes;
};

struct aios_elf {
	struct function *functions;
	size_t cnt, cap;
	struct load *loads;
	size_t load_cnt, load_cap;
};

struct file {
	int fd;
	Elf *elf;
};

static void file_close(struct file *file)
{
	if (file->elf)
		elf_end(file->elf);
	if (file->fd >= 0)
		close(file->fd);
}

/* A trace can name anything: to open a device may already do something. */
static int file_open(struct file *file, const char *path)
{
	struct stat st;

	*file = (struct file){ .fd = -1 };
	if (stat(path, &st) || !S_ISREG(st.st_mode))
		return -ENOEXEC;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0)
		return -errno;
	elf_version(EV_CURRENT);
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (file->elf && elf_kind(file->elf) == ELF_K_ELF)
		return 0;
	file_close(file);
	return -ENOEXEC;
}

static void id_text(const unsigned char *bytes, size_t len, char ret[AIOS_BUILD_ID_TEXT])
{
	for (size_t i = 0; i < len && 2 * i + 2 < AIOS_BUILD_ID_TEXT; i++)
		snprintf(ret + 2 * i, 3, "%02x", bytes[i]);
}

/* Return: whether the build id is among these notes. */
static bool id_among(Elf_Data *data, char ret[AIOS_BUILD_ID_TEXT])
{
	size_t at = 0, name, desc;
	GElf_Nhdr note;

	while (data && (at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		const char *bytes = data->d_buf;

		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(ELF_NOTE_GNU) ||
		    memcmp(bytes + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)))
			continue;
		id_text((const unsigned char *)bytes + desc, note.n_descsz, ret);
		return true;
	}
	return false;
}

static void file_build_id(const struct file *file, char ret[AIOS_BUILD_ID_TEXT])
{
	size_t cnt = 0;

	ret[0] = '\0';
	elf_getphdrnum(file->elf, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		GElf_Phdr phdr;

		if (gelf_getphdr(file->elf, (int)i, &phdr) && phdr.p_type == PT_NOTE &&
		    id_among(elf_getdata_rawchunk(file->elf, (int64_t)phdr.p_offset,
						  phdr.p_filesz, ELF_T_NHDR), ret))
			return;
	}
}

int aios_elf_build_id(const char *path, char ret[AIOS_BUILD_ID_TEXT])
{
	struct file file;
	int err = file_open(&file, path);

	ret[0] = '\0';
	if (err)
		return err;
	file_build_id(&file, ret);
	file_close(&file);
	return 0;
}

static int loads_read(struct aios_elf *elf, const struct file *file)
{
	size_t cnt = 0;

	elf_getphdrnum(file->elf, &cnt);
	for (size_t i = 0; i < cnt; i++) {
		struct load *loads;
		GElf_Phdr phdr;

		if (!gelf_getphdr(file->elf, (int)i, &phdr) || phdr.p_type != PT_LOAD)
			continue;
		loads = aios_vec_room(elf->loads, elf->load_cnt, &elf->load_cap, sizeof(*loads));
		if (!loads)
			return -ENOMEM;
		elf->loads = loads;
		loads[elf->load_cnt++] = (struct load){ phdr.p_offset, phdr.p_vaddr,
							phdr.p_memsz };
	}
	return 0;
}

static int function_add(struct aios_elf *elf, const GElf_Sym *sym, const char *name)
{
	unsigned int type = GELF_ST_TYPE(sym->st_info);
	struct function *functions;
	char *copy;

	if ((type != STT_FUNC && type != STT_GNU_IFUNC) || !sym->st_value || !name || !name[0])
		return 0;
	functions = aios_vec_room(elf->functions, elf->cnt, &elf->cap, sizeof(*functions));
	if (!functions)
		return -ENOMEM;
	elf->functions = functions;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	functions[elf->cnt++] = (struct function){ sym->st_value, sym->st_size, copy };
	return 0;
}

static int table_read(struct aios_elf *elf, const struct file *file, Elf_Scn *scn,
		      const GElf_Shdr *shdr)
{
	Elf_Data *data = elf_getdata(scn, NULL);
	size_t cnt = data && shdr->sh_entsize ? shdr->sh_size / shdr->sh_entsize : 0;
	int err = 0;

	for (size_t i = 0; i < cnt && !err; i++) {
		GElf_Sym sym;

		if (gelf_getsym(data, (int)i, &sym))
			err = function_add(elf, &sym,
					   elf_strptr(file->elf, shdr->sh_link, sym.st_name));
	}
	return err;
}

/* The table of all functions, or of those that others may call where it was stripped off. */
static int functions_read(struct aios_elf *elf, const struct file *file)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr shdr;
	int err = 0;

	while (!err && (scn = elf_nextscn(file->elf, scn)))
		if (gelf_getshdr(scn, &shdr) &&
		    (shdr.sh_type == SHT_SYMTAB || shdr.sh_type == SHT_DYNSYM))
			err = table_read(elf, file, scn, &shdr);
	return err;
}

/* Of several names at an address the one without underscores in front is what people know. */
static int function_compare(const void *a, const void *b)
{
	const struct function *x = a, *y = b;
	size_t under = strspn(x->name, "_"), under_y = strspn(y->name, "_");

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (under != under_y)
		return under > under_y ? -1 : 1;
	return strcmp(y->name, x->name);
}

/* What was stripped off lies there on Debian, Fedora and others. */
static void debug_read(struct aios_elf *elf, const char *build_id)
{
	char path[AIOS_BUILD_ID_TEXT + 64], id[AIOS_BUILD_ID_TEXT];
	struct file file;

	snprintf(path, sizeof(path), "/usr/lib/debug/.build-id/%.2s/%s.debug", build_id,
		 strlen(build_id) > 2 ? build_id + 2 : "");
	if (file_open(&file, path))
		return;
	file_build_id(&file, id);
	if (!strcmp(id, build_id))
		functions_read(elf, &file);
	file_close(&file);
}

/* A build id that a file tells is part of a path: it has to be one. */
static bool is_build_id(const char *text)
{
	return text && text[0] && !text[strspn(text, "0123456789abcdef")];
}

struct aios_elf *aios_elf_open(const char *path, const char *build_id)
{
	struct aios_elf *elf = calloc(1, sizeof(*elf));
	char id[AIOS_BUILD_ID_TEXT];
	struct file file;

	if (!elf || !is_build_id(build_id) || file_open(&file, path))
		return aios_elf_free(elf);
	file_build_id(&file, id);
	if (strcmp(id, build_id) || loads_read(elf, &file) || functions_read(elf, &file)) {
		file_close(&file);
		return aios_elf_free(elf);
	}
	file_close(&file);
	debug_read(elf, build_id);
	if (elf->cnt)
		qsort(elf->functions, elf->cnt, sizeof(*elf->functions), function_compare);
	return elf;
}

/**
 * aios_elf_free() - forgets a file
 * @elf: may be NULL
 * Return: NULL.
 */
struct aios_elf *aios_elf_free(struct aios_elf *elf)
{
	if (!elf)
		return NULL;
	for (size_t i = 0; i < elf->cnt; i++)
		free(elf->functions[i].name);
	free(elf->functions);
	free(elf->loads);
	free(elf);
	return NULL;
}

static bool elf_address(const struct aios_elf *elf, uint64_t offset, uint64_t *ret)
{
	for (size_t i = 0; i < elf->load_cnt; i++) {
		const struct load *load = &elf->loads[i];

		if (offset < load->offset || offset - load->offset >= load->bytes)
			continue;
		*ret = load->address + (offset - load->offset);
		return true;
	}
	return false;
}

bool aios_elf_name(const struct aios_elf *elf, uint64_t offset, struct aios_buf *buf)
{
	const struct function *function;
	uint64_t address;

	if (!elf_address(elf, offset, &address))
		return false;
	function = aios_vec_at(elf->functions, elf->cnt, sizeof(*elf->functions), address);
	if (!function ||
	    address - function->from >= (function->size ? function->size : FUNCTION_MAX))
		return false;
	aios_buf_safe(buf, function->name);
	return true;
}
