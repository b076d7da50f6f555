// SPDX-License-Identifier: GPL-2.0-only
/*
 * peak.c - what a command takes: how much memory at most, and how much time.
 *
 *	bench-peak FILE COMMAND [ARGUMENT...]
 *
 * Writes an object to FILE and ends as the command did:
 *
 *	{"peak_kib":5212,"cpu_ns":1203000000,"ns":1311000000}
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t tv_ns(struct timeval tv)
{
	return (uint64_t)tv.tv_sec * 1000000000 + (uint64_t)tv.tv_usec * 1000;
}

/* The peak of a fork is at first that of its parent: this is a small program for that. */
int main(int argc, char **argv)
{
	uint64_t begin_ns = now_ns();
	struct rusage usage;
	int status;
	FILE *file;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: bench-peak FILE COMMAND [ARGUMENT...]\n");
		return 2;
	}
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("bench-peak");
		return 1;
	}
	file = fopen(argv[1], "w");
	if (!file) {
		perror(argv[1]);
		return 1;
	}
	fprintf(file, "{\"peak_kib\":%ld,\"cpu_ns\":%llu,\"ns\":%llu}\n", usage.ru_maxrss,
		(unsigned long long)(tv_ns(usage.ru_utime) + tv_ns(usage.ru_stime)),
		(unsigned long long)(now_ns() - begin_ns));
	fclose(file);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
