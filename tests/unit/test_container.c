// SPDX-License-Identifier: GPL-2.0-only
/*
 * test_container.c - paths of cgroups as container managers make them.
 */
#include <string.h>

#include "kit.h"
#include "lib/container.h"

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD	"pod3f2a6c1e-9d1b-4c57-8f4e-0a1b2c3d4e5f"

static void assert_container(const char *cgroup, const char *want)
{
	char *got = aios_container_name(cgroup);

	if (want)
		assert_string_equal(got ? got : "(none)", want);
	else
		assert_null(got);
	free(got);
}

static void containers_are_told_by_their_managers(void **state)
{
	static const char *const cases[][2] = {
		{ "/system.slice/docker-" ID ".scope", "docker:0123456789ab" },
		{ "/docker/" ID, "docker:0123456789ab" },
		{ "/machine.slice/libpod-" ID ".scope/container", "podman:0123456789ab" },
		{ "/libpod_parent/libpod-" ID, "podman:0123456789ab" },
		{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		  "podman:0123456789ab" },
		{ "/kubepods.slice/kubepods-burstable-pod1_2.slice/crio-"
		  ID ".scope", "cri-o:0123456789ab" },
		{ "/kubepods.slice/kubepods-pod1_2.slice/cri-containerd-" ID ".scope",
		  "containerd:0123456789ab" },
		{ "/kubepods/besteffort/" POD "/" ID, "k8s:0123456789ab" },
		{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod1_2.slice",
		  "pod:1_2" },
		{ "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope/emulator", "machine:qemu-1-vm" },
		{ "/machine.slice/systemd-nspawn@web.service/payload", "machine:web" },
		{ "/lxc.payload.db1/system.slice/mysqld.service", "lxc:db1" },
		{ "/lxc/db1", "lxc:db1" },
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		assert_container(cases[i][0], cases[i][1]);
}

static void the_innermost_one_is_told(void **state)
{
	(void)state;
	assert_container("/docker/" ID "/kubelet/kubepods/burstable/" POD "/fedcba9876543210",
			 "k8s:fedcba987654");
	assert_container("/lxc.payload.a/system.slice/docker-" ID ".scope", "docker:0123456789ab");
}

static void what_runs_on_the_host_is_in_none(void **state)
{
	static const char *const cases[] = {
		"", "/", "///", "/init.scope", "/system.slice/mysqld.service",
		"/system.slice/docker.service", "/user.slice/user-0.slice/session-1.scope",
		"/machine.slice", "/docker", "/docker/buildkit", "/system.slice/docker-.scope",
		"/machine.slice/libpod-conmon-" ID ".scope", "/lxc.monitor.db1", "/lxc",
		"/system.slice/docker-0123456789a.scope",
		"/kubepods.slice/kubepods-burstable.slice",
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++)
		assert_container(cases[i], NULL);
}

/* No byte of a name is lost or invented; the views make it harmless. */
static void names_may_hold_anything(void **state)
{
	(void)state;
	assert_container("/lxc.payload.\033[2J", "lxc:\033[2J");
	assert_container("/lxc.payload.a\\x2", "lxc:a\\x2");
	assert_container("/lxc.payload.a\\x00b", "lxc:a\\x00b");
	assert_container("/lxc.payload.a\\xzz", "lxc:a\\xzz");
}

static void assert_path(const char *text, const char *want)
{
	char *got = aios_cgroup_path(text);

	if (want)
		assert_string_equal(got ? got : "(none)", want);
	else
		assert_null(got);
	free(got);
}

static void the_unified_hierarchy_has_the_path(void **state)
{
	(void)state;
	assert_path("0::/system.slice/a:b.service\n", "/system.slice/a:b.service");
	assert_path("0::/\n", "/");
	assert_path("1:name=systemd:/system.slice/x.service\n0::/system.slice/x.service\n",
		    "/system.slice/x.service");
}

static void a_host_with_both_kinds_has_it_elsewhere(void **state)
{
	(void)state;
	assert_path("4:memory:/docker/" ID "\n1:name=systemd:/system.slice/docker.service\n0::/\n",
		    "/docker/" ID);
	assert_path("4:memory:/mysql\n1:name=systemd:/system.slice/x.service\n0::/\n",
		    "/system.slice/x.service");
	assert_path("4:memory:/mysql\n3:cpu:/\n", "/mysql");
}

static void what_is_no_list_of_cgroups_has_none(void **state)
{
	(void)state;
	assert_path("", NULL);
	assert_path("\n\n", NULL);
	assert_path("nonsense", NULL);
	assert_path("0:", NULL);
	assert_path("0::", NULL);
	assert_path("0::/cut", "/cut");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(containers_are_told_by_their_managers),
		cmocka_unit_test(the_innermost_one_is_told),
		cmocka_unit_test(what_runs_on_the_host_is_in_none),
		cmocka_unit_test(names_may_hold_anything),
		cmocka_unit_test(the_unified_hierarchy_has_the_path),
		cmocka_unit_test(a_host_with_both_kinds_has_it_elsewhere),
		cmocka_unit_test(what_is_no_list_of_cgroups_has_none),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
