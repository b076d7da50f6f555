# SPDX-License-Identifier: GPL-2.0-only
#
# One file builds it all. What people type: make, make demo, make test, make install, make kernel.
#
#   make STATIC=1          binaries that can be copied to a server
#   make LIBBPF_DIR=DIR    against DIR/include/bpf and DIR/lib/libbpf.a
#   make BUILD=DIR         build elsewhere than in build/
#   make V=1               show the commands

BUILD	?= build
PREFIX	?= /usr/local
CC	?= cc
CLANG	?= clang
BPFTOOL	?= $(shell command -v bpftool || echo /usr/sbin/bpftool)

WARN	:= -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror
OPT	?= -O2 -g
CFLAGS	?=
LDFLAGS	?=
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Iinclude $(WARN) $(OPT) $(CFLAGS)

ifdef LIBBPF_DIR
BPF_INC	:= -I$(LIBBPF_DIR)/include
BPF_LIB	:= $(LIBBPF_DIR)/lib/libbpf.a
else
BPF_LIB	:= -lbpf
endif

CORE_LIBS := -ljansson -lz -lzstd
EDGE_LIBS := $(BPF_LIB) -lelf $(CORE_LIBS)
ifdef STATIC
LINK	:= -static
endif

ifeq ($(V),1)
say	:= @:
Q	:=
else
say	= @printf '  %-8s %s\n'
Q	:= @
endif

commands := aiotrace aiocheck aiotop
programs := $(commands:%=$(BUILD)/%)

.PHONY: all
all: $(programs)

# What was built with other flags is built again.
$(BUILD)/flags: force
	@mkdir -p $(@D)
	@echo '$(CC) $(ALL_CFLAGS) $(BPF_INC) $(LINK) $(LDFLAGS) $(EDGE_LIBS)' | cmp -s - $@ || \
		echo '$(CC) $(ALL_CFLAGS) $(BPF_INC) $(LINK) $(LDFLAGS) $(EDGE_LIBS)' > $@
.PHONY: force

# --- programs of the kernel -----------------------------------------------------------------

# calls.bpf.c is an object of its own: it has to load where the kernel's types are not known.
skel	:= $(BUILD)/skel/aioscope.skel.h $(BUILD)/skel/aioscalls.skel.h

ARCH_BPF := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/')
ARCH_INC := /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -D__TARGET_ARCH_$(ARCH_BPF) -Iinclude $(BPF_INC) \
	      -I$(ARCH_INC) -Wall -Wextra -Wno-unused-parameter -Werror

$(BUILD)/bpf/%.o: bpf/%.c Makefile
	$(say) BPF $<
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# A skeleton is called as its object is.
$(BUILD)/bpf/aioscalls.o: $(BUILD)/bpf/calls.bpf.o
	$(Q)cp $< $@

$(BUILD)/skel/%.skel.h: $(BUILD)/bpf/%.o
	$(say) SKEL $@
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@.new && mv $@.new $@

# --- commands -------------------------------------------------------------------------------

core_src := $(sort $(wildcard cli/lib/*.c))
# The terminal is aiotop's alone, and so is the library that it takes.
term_src := cli/io/terminal.c
edge_src := $(filter-out $(term_src),$(sort $(wildcard cli/io/*.c)))
trace_src := cli/aiotrace.c $(sort $(wildcard cli/cmd*.c))
top_src	:= cli/aiotop.c cli/cmd.c $(sort $(wildcard cli/top*.c))
check_src := cli/aiocheck.c cli/cmd.c $(sort $(wildcard cli/check*.c))
core_obj := $(core_src:%.c=$(BUILD)/obj/%.o)
edge_obj := $(edge_src:%.c=$(BUILD)/obj/%.o)
trace_obj := $(trace_src:%.c=$(BUILD)/obj/%.o)
check_obj := $(check_src:%.c=$(BUILD)/obj/%.o)
top_obj	:= $(top_src:%.c=$(BUILD)/obj/%.o)
term_obj := $(term_src:%.c=$(BUILD)/obj/%.o)
TERM_LIBS := $(shell pkg-config --libs ncursesw 2>/dev/null || echo -lncursesw -ltinfo)

$(BUILD)/obj/cli/lib/%.o: ALL_CFLAGS += -Wconversion
$(BUILD)/obj/cli/io/load.o: $(skel)
$(BUILD)/obj/cli/io/%.o: ALL_CFLAGS += $(BPF_INC) -I$(BUILD)/skel

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# The page of export --to html, with its script and style, as C.
$(BUILD)/page.c: cli/html/pack $(wildcard cli/html/*.html cli/html/*.css cli/html/*.js)
	$(say) PAGE $@
	@mkdir -p $(@D)
	$(Q)$< > $@.new && mv $@.new $@

$(BUILD)/obj/page.o: $(BUILD)/page.c cli/html/page.h $(BUILD)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -I. -MMD -MP -c $< -o $@

$(BUILD)/aiotrace: $(trace_obj) $(BUILD)/obj/page.o
$(BUILD)/aiocheck: $(check_obj)
$(BUILD)/aiotop: $(top_obj) $(term_obj)
$(BUILD)/aiotop: TOP_LIBS := $(TERM_LIBS)
$(programs): $(edge_obj) $(core_obj)
	$(say) LINK $@
	$(Q)$(CC) $(LINK) $(LDFLAGS) -o $@ $^ $(TOP_LIBS) $(EDGE_LIBS)

# --- what tests are made of -----------------------------------------------------------------

# Built beside the commands, with sanitizers, and without libbpf: the core needs neither.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
unit_src := $(sort $(wildcard tests/unit/test_*.c))
unit_bin := $(unit_src:tests/unit/%.c=$(BUILD)/tests/%)
san_core := $(core_src:%.c=$(BUILD)/san/%.o)
san_kit	:= $(patsubst %.c,$(BUILD)/san/%.o,$(sort $(wildcard tests/unit/kit*.c)))

$(BUILD)/san/%.o: %.c $(BUILD)/flags
	$(say) CC-SAN $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) $(SANITIZE) -Icli -MMD -MP -c $< -o $@

$(BUILD)/tests/test_%: $(BUILD)/san/tests/unit/test_%.o $(san_kit) $(san_core)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(CORE_LIBS) -lcmocka

work_src := $(sort $(wildcard tests/workloads/*.c))
work_obj := $(work_src:%.c=$(BUILD)/obj/%.o)

$(BUILD)/tests/aiowork: $(work_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -pthread

# The fuzz targets: the core once more, with what libFuzzer wants to see of it.
FUZZ_SANITIZE := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz_bin := $(BUILD)/fuzz/fuzz_file $(BUILD)/fuzz/fuzz_records
fuzz_kit := $(BUILD)/fuzz/tests/fuzz/fuzz.o $(BUILD)/fuzz/cli/io/trace_in.o \
	    $(core_src:%.c=$(BUILD)/fuzz/%.o)

$(BUILD)/fuzz/%.o: %.c $(BUILD)/flags
	$(say) CC-FUZZ $<
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(ALL_CFLAGS) $(FUZZ_SANITIZE) -Icli -MMD -MP -c $< -o $@

$(fuzz_bin): $(BUILD)/fuzz/%: $(BUILD)/fuzz/tests/fuzz/%.o $(fuzz_kit)
	$(say) LINK $@
	$(Q)$(CLANG) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $^ $(CORE_LIBS)

$(BUILD)/tests/seeds: $(patsubst %,$(BUILD)/san/%.o,tests/fuzz/seeds tests/fuzz/fuzz \
		      cli/io/trace_in) $(san_core)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ $(CORE_LIBS)

# A 32-bit program without a library: it needs no other compiler than the one that is here.
$(BUILD)/tests/calls32: tests/workloads/compat/calls32.c $(BUILD)/flags
	$(say) CC32 $<
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -O1 $(WARN) -ffreestanding -fno-stack-protector -fno-pic -no-pie \
		-nostdlib -static -o $@ $<

# The same for 32 bits, which enters the kernel by other system calls, where the compiler can. It is
# linked by hand: libc6-dev-i386 and lib32gcc-s1 are enough for that, while gcc's own start files and
# static libgcc for 32 bits come with 45 MB of libraries that nobody here wants.
file32	= $(filter /%,$(shell $(CC) -m32 -print-file-name=$(1) 2>/dev/null))
start32	:= $(call file32,Scrt1.o) $(call file32,crti.o)
end32	:= $(call file32,libgcc_s.so.1) -lc $(call file32,crtn.o)
work32_obj := $(work_src:%.c=$(BUILD)/obj32/%.o)
ifeq ($(words $(start32) $(end32)),5)
work32	:= $(BUILD)/tests/aiowork32
endif

$(BUILD)/obj32/%.o: %.c $(BUILD)/flags
	$(say) CC32 $<
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 $(ALL_CFLAGS) -idirafter $(ARCH_INC) -MMD -MP -c $< -o $@

$(BUILD)/tests/aiowork32: $(work32_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -m32 -pie -nostdlib -o $@ $(start32) $^ $(end32)

# The objects of the tests are kept between runs.
.SECONDARY: $(unit_src:%.c=$(BUILD)/san/%.o) $(san_kit) $(san_core) $(fuzz_kit)

bench_threads := $(BUILD)/tests/bench-load $(BUILD)/tests/bench-readers
$(bench_threads): $(BUILD)/tests/bench-%: $(BUILD)/obj/tests/bench/%.o
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ -pthread

# aiotop's screen on a real terminal, of a host that is made up.
scene_obj := $(patsubst %,$(BUILD)/obj/%.o,tests/screen/scene tests/unit/kit_scene cli/top_live \
	     cli/io/msg cli/io/out) $(term_obj)
$(filter $(BUILD)/obj/tests/%,$(scene_obj)): ALL_CFLAGS += -Icli -Itests/unit

$(BUILD)/tests/scene: $(scene_obj) $(core_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(CORE_LIBS) $(TERM_LIBS) -lcmocka

# Trace files without a kernel: the records of the unit tests' kit, and the tool's own writer.
synth_obj := $(patsubst %,$(BUILD)/obj/%.o,tests/bench/synth tests/unit/kit_rec cli/io/trace_out)
$(filter $(BUILD)/obj/tests/%,$(synth_obj)): ALL_CFLAGS += -Icli -Itests

$(BUILD)/tests/bench-synth: $(synth_obj) $(core_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(CORE_LIBS)

# The streams that aiocheck's rules are tested with.
story_obj := $(patsubst %,$(BUILD)/obj/%.o,cli/io/trace_out \
	     $(addprefix tests/unit/,story kit_story kit_break kit_legal kit_rec kit_stream))
$(filter $(BUILD)/obj/tests/%,$(story_obj)): ALL_CFLAGS += -Icli

$(BUILD)/tests/story: $(story_obj) $(core_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(CORE_LIBS) -lcmocka

# Frames of aiotop, of a host that is made up.
frames_obj := $(patsubst %,$(BUILD)/obj/%.o,$(addprefix tests/unit/,frames kit_top))

$(BUILD)/obj/tests/unit/frames.o $(BUILD)/obj/tests/unit/kit_top.o: ALL_CFLAGS += -Icli

$(BUILD)/tests/frames: $(frames_obj) $(core_obj)
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^ $(CORE_LIBS) -lcmocka

$(BUILD)/tests/bench-peak: $(BUILD)/obj/tests/bench/peak.o
	$(say) LINK $@
	@mkdir -p $(@D)
	$(Q)$(CC) -o $@ $^

bench_bin := $(bench_threads) $(BUILD)/tests/bench-synth $(BUILD)/tests/bench-peak

.PHONY: tests-build
tests-build: all $(unit_bin) $(bench_bin) $(BUILD)/tests/story $(BUILD)/tests/frames \
	     $(BUILD)/tests/scene $(BUILD)/tests/aiowork $(BUILD)/tests/calls32 $(work32)

# --- what people type -----------------------------------------------------------------------

.PHONY: demo test test-unit test-all deps
deps:
	@tests/deps

demo: deps
	@$(MAKE) --no-print-directory all $(BUILD)/tests/aiowork
	@tests/demo $(BUILD)

test: kernel-deps
	@tests/run $(BUILD)

test-unit: $(unit_bin)
	@tests/run $(BUILD) unit

test-all: kernel-deps
	@tests/run $(BUILD) all

# Which bugs of a kernel that can be broken does aiocheck find? docs/mutants.md
.PHONY: test-mutants
test-mutants: kernel-deps
	@$(MAKE) --no-print-directory all $(BUILD)/tests/aiowork
	@tests/mutants/run $(BUILD)

# What tracing costs: docs/overhead.md
.PHONY: bench
bench: kernel-deps
	@$(MAKE) --no-print-directory all $(bench_bin)
	@tests/bench/run $(BUILD)

# Kernels for tests/vm/run -k: kernel/README.md
KERNEL ?= patched
.PHONY: kernel kernel-deps
kernel-deps:
	@tests/deps kernel

kernel: kernel-deps
	@kernel/build $(KERNEL)

# The protocols of kernel/6.12/next and of history, checked by spin: kernel/model/README.md
.PHONY: model
model: deps
	@kernel/model/run

# What is told of the golden traces, written anew; to be read before it is committed.
.PHONY: golden
golden: $(BUILD)/tests/test_golden $(BUILD)/tests/test_screen
	@for test in $^; do $$test --write || exit 1; done
	@git diff --stat -- tests/golden

# Pictures of aiotop's screens, as they are in tests/golden/screens.
PICTURES ?= 80x24 200x50 detail-wide
.PHONY: pictures
pictures: $(BUILD)/tests/test_screen
	@mkdir -p docs/images
	@for name in $(PICTURES); do \
		$< --svg $$name docs/images/aiotop-$$name.svg || exit 1; done

# Pictures of the page of export --to html, of a trace that is recorded for them.
.PHONY: page-pictures
page-pictures: all
	@tests/deps html
	@tests/html/pictures $(BUILD)

# Fuzzes for some seconds each, beginning with what lies in tests/fuzz/corpus.
FUZZ_SECONDS ?= 60
.PHONY: fuzz fuzz-build seeds
fuzz-build: $(fuzz_bin)

fuzz: fuzz-build
	@for target in $(fuzz_bin); do \
		tests/fuzz/run $$target $(FUZZ_SECONDS) || exit 1; done

# The corpus, made anew from the golden traces.
seeds: $(BUILD)/tests/seeds
	@for trace in tests/golden/*.aios; do name=$$(basename $$trace .aios); \
		$< $$trace tests/fuzz/corpus/records/$$name tests/fuzz/corpus/file/$$name || \
		exit 1; done

.PHONY: install
install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(programs) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/share/man/man8 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	for program in $(notdir $(programs)); do \
		install -m 644 docs/completion/aioscope.bash \
			$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$program || exit; \
	done
	install -d $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -m 644 docs/completion/_aioscope $(DESTDIR)$(PREFIX)/share/zsh/site-functions
	install -d $(DESTDIR)$(PREFIX)/share/aioscope
	install -m 644 docs/schema/*.json $(DESTDIR)$(PREFIX)/share/aioscope

.PHONY: clean
clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
