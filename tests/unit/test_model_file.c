// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_model_file.c - names of files, put together from their pieces as bpf/name.h tells them: the
 * last component first, each in pieces of AIOS_NAME_PIECE bytes, and an empty one at the end.
 */
#include "kit.h"

#define FILE_A	0xffff888400000000ULL
#define FILE_B	0xffff888400000100ULL

#define MAGIC_PIPE	0x50495045
#define MAGIC_SOCKET	0x534f434b
#define MAGIC_ANON	0x09041934

/* A request on @file, born and refused at once: what the model then knows of the file. */
static const struct kit_out *used(struct kit *k, uint64_t t, uint64_t file)
{
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	r.ask.file = file;
	see(k, rec_birth(t, by_t2, &r));
	see(k, rec_return(t + 1, by_t2, &r, -22));
	return k->outs[k->out_cnt - 1];
}

static void assert_path(struct kit *k, uint64_t file, const char *wanted)
{
	const struct kit_out *out = used(k, 900, file);

	assert_non_null(out->req.file);
	if (wanted)
		assert_string_equal(out->file.path, wanted);
	else
		assert_null(out->file.path);
}

static void a_name_of_one_component(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, "/db");
}

static void a_name_of_many_components_is_read_from_the_root(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "table.ibd"));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "test"));
	see(k, rec_name(10, by_t1, FILE_A, 2, 0, "mysql"));
	see(k, rec_name(10, by_t1, FILE_A, 3, 0, "lib"));
	see(k, rec_name(10, by_t1, FILE_A, 4, 0, "var"));
	see(k, rec_name_last(10, by_t1, FILE_A, 5, 0));
	assert_path(k, FILE_A, "/var/lib/mysql/test/table.ibd");
}

static void a_name_as_deep_as_is_walked(void **state)
{
	struct kit *k = *state;
	char wanted[3 * 48 + 1] = "";

	for (uint8_t part = 0; part < 48; part++) {
		see(k, rec_name(10, by_t1, FILE_A, part, 0, part % 2 ? "ab" : "cd"));
		strcat(wanted, part % 2 ? "/cd" : "/ab");
	}
	see(k, rec_name_last(10, by_t1, FILE_A, 48, 0));
	assert_path(k, FILE_A, wanted);
}

static void a_file_has_the_facts_of_its_inode(void **state)
{
	struct kit *k = *state;
	struct aios_rec last = rec_name_last(11, by_t1, FILE_A, 1, 0);
	const struct kit_out *out;

	last.file_name.ino = 99;
	last.file_name.dev = 0x800003;
	last.file_name.f_flags = 0x4002;
	last.file_name.mode = 0100600;
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	see(k, last);
	out = used(k, 900, FILE_A);
	assert_int_equal(out->file.ino, 99);
	assert_int_equal(out->file.dev, 0x800003);
	assert_int_equal(out->file.magic, 0xef53);
	assert_int_equal(out->file.f_flags, 0x4002);
	assert_int_equal(out->file.mode, 0100600);
}

/* 120 bytes: 48, 48 and 24, and its directory of 60: 48 and 12. */
static void long_components_come_in_pieces(void **state)
{
	struct kit *k = *state;
	char a[49], b[49], wanted[512];

	memset(a, 'a', 48);
	memset(b, 'b', 48);
	a[48] = b[48] = '\0';
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, a));
	see(k, rec_name(10, by_t1, FILE_A, 0, 1, b));
	see(k, rec_name(10, by_t1, FILE_A, 0, 2, "012345678901234567890123"));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, b));
	see(k, rec_name(10, by_t1, FILE_A, 1, 1, "0123456789xy"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, 0));
	strcpy(wanted, "/");
	strcat(strcat(wanted, b), "0123456789xy/");
	strcat(strcat(strcat(wanted, a), b), "012345678901234567890123");
	assert_path(k, FILE_A, wanted);
}

/* Exactly 48 bytes are one piece, with no empty one behind it. */
static void a_component_of_one_full_piece(void **state)
{
	struct kit *k = *state;
	char a[49], wanted[64];

	memset(a, 'a', 48);
	a[48] = '\0';
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, a));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "tmp"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, 0));
	strcat(strcpy(wanted, "/tmp/"), a);
	assert_path(k, FILE_A, wanted);
}

/* An opened directory "/": its dentry is its own parent, so that it is told like a pipe's. */
static void the_root_directory_is_a_slash(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "/"));
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, "/");
}

static void tell_nameless(struct kit *k, uint64_t file, uint32_t magic, uint64_t ino,
			  const char *text)
{
	struct aios_rec name = rec_name(10, by_t1, file, 0, 0, text);
	struct aios_rec last = rec_name_last(10, by_t1, file, 1, 0);

	name.file_name.magic = last.file_name.magic = magic;
	name.file_name.ino = last.file_name.ino = ino;
	see(k, name);
	see(k, last);
}

/* The names of /proc/PID/fd. */
static void files_without_a_path_have_the_names_of_proc(void **state)
{
	struct kit *k = *state;

	tell_nameless(k, FILE_A, MAGIC_PIPE, 1234, "");
	assert_path(k, FILE_A, "pipe:[1234]");
	tell_nameless(k, FILE_A, MAGIC_SOCKET, 5678, "TCP");
	assert_path(k, FILE_A, "socket:[5678]");
	tell_nameless(k, FILE_A, MAGIC_ANON, 12, "[eventfd]");
	assert_path(k, FILE_A, "anon_inode:[eventfd]");
	tell_nameless(k, FILE_A, MAGIC_ANON, 12, "inotify");
	assert_path(k, FILE_A, "anon_inode:inotify");
}

/* A named pipe is in a file system and has its path. */
static void a_fifo_has_a_path(void **state)
{
	struct kit *k = *state;
	struct aios_rec last = rec_name_last(10, by_t1, FILE_A, 2, 0);

	last.file_name.mode = 0010644;
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "fifo"));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "tmp"));
	see(k, last);
	assert_path(k, FILE_A, "/tmp/fifo");
}

static void a_deleted_file_says_so(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "gone"));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "tmp"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, AIOS_NAME_UNLINKED));
	assert_path(k, FILE_A, "/tmp/gone (deleted)");
}

static void a_name_that_is_cut_says_so(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "deep"));
	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "down"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, AIOS_NAME_CUT));
	assert_path(k, FILE_A, ".../down/deep");
}

static void pieces_at_the_limits_of_their_fields(void **state)
{
	struct kit *k = *state;
	struct aios_rec odd = rec_name(10, by_t1, FILE_A, 0, 0, "x");

	/* More than the field holds must not be read. */
	memset(odd.file_name.text, 'y', AIOS_NAME_PIECE);
	odd.file_name.text_len = 255;
	see(k, odd);
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, "/yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");
}

static void names_are_bytes(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "\x1b[31m\xff\n"));
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, "/\x1b[31m\xff\n");
}

static void a_missing_component_leaves_the_file_without_a_path(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	see(k, rec_name(10, by_t1, FILE_A, 2, 0, "var"));
	see(k, rec_name_last(10, by_t1, FILE_A, 3, 0));
	assert_path(k, FILE_A, NULL);
}

static void a_missing_beginning_leaves_the_file_without_a_path(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 1, 0, "srv"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, 0));
	assert_path(k, FILE_A, NULL);
}

static void a_missing_last_component_leaves_the_file_without_a_path(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	see(k, rec_name_last(10, by_t1, FILE_A, 2, 0));
	assert_path(k, FILE_A, NULL);
}

static void a_missing_piece_in_the_middle_leaves_the_file_without_a_path(void **state)
{
	struct kit *k = *state;
	char a[49];

	memset(a, 'a', 48);
	a[48] = '\0';
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, a));
	see(k, rec_name(10, by_t1, FILE_A, 0, 2, "end"));
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, NULL);
}

/* 60 bytes whose last 12 were lost look like a name of 48: but the hole was told. */
static void a_missing_last_piece_leaves_the_file_without_a_path(void **state)
{
	struct kit *k = *state;
	char a[49];

	memset(a, 'a', 48);
	a[48] = '\0';
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, a));
	see_gap(k, AIOS_GAP_RING, 10, 20);
	see(k, rec_name(20, by_t1, FILE_A, 1, 0, "tmp"));
	see(k, rec_name_last(21, by_t1, FILE_A, 2, 0));
	assert_path(k, FILE_A, NULL);
}

/* Before the end there is no name; it may still be cut, or never come. */
static void a_name_without_its_end_is_not_known(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	assert_path(k, FILE_A, NULL);
	assert_null(used(k, 910, 0)->req.file);
}

/* The next name at this address begins anew. */
static void a_name_that_was_cut_short_does_not_spoil_the_next_one(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "half"));
	see(k, rec_name(20, by_t1, FILE_A, 0, 0, "db"));
	see(k, rec_name(20, by_t1, FILE_A, 1, 0, "srv"));
	see(k, rec_name_last(20, by_t1, FILE_A, 2, 0));
	assert_path(k, FILE_A, "/srv/db");
	see(k, rec_name(30, by_t1, FILE_A, 0, 0, "half"));
	see(k, rec_name(40, by_t1, FILE_B, 0, 0, "other"));
	see(k, rec_name_last(40, by_t1, FILE_B, 1, 0));
	assert_path(k, FILE_B, "/other");
	/* What the name was is good no longer: the address is another file's. */
	assert_path(k, FILE_A, NULL);
}

static void two_threads_may_tell_at_once(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "a"));
	see(k, rec_name(10, by_t2, FILE_B, 0, 0, "b"));
	see(k, rec_name(11, by_t1, FILE_A, 1, 0, "x"));
	see(k, rec_name(11, by_t2, FILE_B, 1, 0, "y"));
	see(k, rec_name_last(12, by_t2, FILE_B, 2, 0));
	see(k, rec_name_last(12, by_t1, FILE_A, 2, 0));
	assert_path(k, FILE_A, "/x/a");
	assert_path(k, FILE_B, "/y/b");
}

static void two_threads_may_tell_of_the_same_file_at_once(void **state)
{
	struct kit *k = *state;

	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	see(k, rec_name(10, by_t2, FILE_A, 0, 0, "db"));
	see(k, rec_name(11, by_t1, FILE_A, 1, 0, "srv"));
	see(k, rec_name_last(12, by_t1, FILE_A, 2, 0));
	see(k, rec_name(13, by_t2, FILE_A, 1, 0, "srv"));
	see(k, rec_name_last(14, by_t2, FILE_A, 2, 0));
	assert_path(k, FILE_A, "/srv/db");
}

/* A struct file is freed and used again: its requests keep the name they had. */
static void an_address_that_is_used_again_is_another_file(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1), s = kit_read(&c, 2);

	r.ask.file = s.ask.file = FILE_A;
	see(k, rec_setup(1, by_t1, &c));
	see_name(k, 10, by_t1, FILE_A, "/srv/old");
	see_accepted(k, 20, by_t1, &r);
	see_name(k, 30, by_t1, FILE_A, "/srv/new");
	see_accepted(k, 40, by_t1, &s);
	see(k, rec_complete(50, in_softirq, &s, 1));
	see(k, rec_complete(60, in_softirq, &r, 1));
	see_read(k, 70, by_t3, &c, 2);
	assert_string_equal(the(k, 1)->file.path, "/srv/old");
	assert_string_equal(the(k, 2)->file.path, "/srv/new");
}

/* Another thread tells the name, and is not through when a request of this one is over. */
static void a_name_may_be_complete_after_a_request_is_over(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r[2] = { kit_read(&c, 1), kit_read(&c, 2) };

	see(k, rec_setup(1, by_t1, &c));
	see_name(k, 2, by_t1, FILE_A, "/old");
	see(k, rec_name(10, by_t1, FILE_A, 0, 0, "db"));
	for (unsigned int i = 0; i < NR(r); i++) {
		r[i].ask.file = FILE_A;
		see(k, rec_birth(20 + 10 * i, by_t2, &r[i]));
		see(k, rec_complete(21 + 10 * i, by_t2, &r[i], 1));
		see(k, rec_return(22 + 10 * i, by_t2, &r[i], 0));
	}
	see(k, rec_name_last(50, by_t1, FILE_A, 1, 0));
	see_read(k, 60, by_t3, &c, 2);
	assert_string_equal(the(k, 1)->file.path, "/db");
	assert_string_equal(the(k, 2)->file.path, "/db");
}

/* ... or not even have begun with it. */
static void a_name_that_comes_after_the_birth_is_found(void **state)
{
	struct kit *k = *state;
	struct kit_ctx c = kit_ctx(1);
	struct kit_req r = kit_read(&c, 1);

	r.ask.file = FILE_A;
	see(k, rec_setup(1, by_t1, &c));
	see_accepted(k, 10, by_t2, &r);
	see_name(k, 20, by_t1, FILE_A, "/db");
	see(k, rec_complete(40, in_softirq, &r, 1));
	see_read(k, 50, by_t3, &c, 1);
	assert_string_equal(the(k, 1)->file.path, "/db");
}

static void the_longest_component_the_kernel_knows(void **state)
{
	struct kit *k = *state;
	char piece[49], wanted[260] = "/";

	memset(piece, 'n', 48);
	piece[48] = '\0';
	/* NAME_MAX is 255: five pieces and 15 bytes. */
	for (uint8_t i = 0; i < 5; i++) {
		see(k, rec_name(10, by_t1, FILE_A, 0, i, piece));
		strcat(wanted, piece);
	}
	see(k, rec_name(10, by_t1, FILE_A, 0, 5, "012345678901234"));
	strcat(wanted, "012345678901234");
	see(k, rec_name_last(10, by_t1, FILE_A, 1, 0));
	assert_path(k, FILE_A, wanted);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		KIT_TEST(a_name_of_one_component),
		KIT_TEST(a_name_of_many_components_is_read_from_the_root),
		KIT_TEST(a_name_as_deep_as_is_walked),
		KIT_TEST(a_file_has_the_facts_of_its_inode),
		KIT_TEST(long_components_come_in_pieces),
		KIT_TEST(a_component_of_one_full_piece),
		KIT_TEST(the_root_directory_is_a_slash),
		KIT_TEST(files_without_a_path_have_the_names_of_proc),
		KIT_TEST(a_fifo_has_a_path),
		KIT_TEST(a_deleted_file_says_so),
		KIT_TEST(a_name_that_is_cut_says_so),
		KIT_TEST(pieces_at_the_limits_of_their_fields),
		KIT_TEST(names_are_bytes),
		KIT_TEST(a_missing_component_leaves_the_file_without_a_path),
		KIT_TEST(a_missing_beginning_leaves_the_file_without_a_path),
		KIT_TEST(a_missing_last_component_leaves_the_file_without_a_path),
		KIT_TEST(a_missing_piece_in_the_middle_leaves_the_file_without_a_path),
		KIT_TEST(a_missing_last_piece_leaves_the_file_without_a_path),
		KIT_TEST(a_name_without_its_end_is_not_known),
		KIT_TEST(a_name_that_was_cut_short_does_not_spoil_the_next_one),
		KIT_TEST(two_threads_may_tell_at_once),
		KIT_TEST(two_threads_may_tell_of_the_same_file_at_once),
		KIT_TEST(an_address_that_is_used_again_is_another_file),
		KIT_TEST(a_name_may_be_complete_after_a_request_is_over),
		KIT_TEST(a_name_that_comes_after_the_birth_is_found),
		KIT_TEST(the_longest_component_the_kernel_knows),
	};

	return cmocka_run_group_tests_name("model_file", tests, NULL, NULL);
}
