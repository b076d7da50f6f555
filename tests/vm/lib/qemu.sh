# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-only
# The virtual machine: its devices, its kernel's parameters, and whether KVM can be trusted.

# Writes a string as the value of a QEMU option, where a comma ends it.
in_option() {
	printf '%s' "${1//,/,,}"
}

# The TSC of an emulated guest is the host's plus an offset (or, with an instruction counter,
# counts them): it is as good as the host's own, which a guest cannot know and so distrusts.
tsc_is_good() {
	local clock=/sys/devices/system/clocksource/clocksource0/current_clocksource

	opt icount || [[ $ACCEL == tcg && $(cat "$clock" 2>/dev/null) == tsc ]]
}

# Time-outs of the kernel's watchdogs are long, as an emulated CPU on a busy host is slow.
kernel_parameters() {
	local words=(console=ttyS0 panic=-1 printk.devkmsg=on cryptomgr.notests no_timer_check
		8250.nr_uarts=1 rcupdate.rcu_cpu_stall_timeout=60 watchdog_thresh=30)

	if opt verbose; then words+=(loglevel=7); else words+=(loglevel=5); fi
	if tsc_is_good; then words+=(tsc=reliable); fi
	printf '%s' "${words[*]} ${OPT[append]}"
}

# What init writes below /proc/sys/kernel. Hung tasks are not looked for with an instruction
# counter: its clock leaps ahead while the guest waits for the host.
guest_sysctls() {
	if opt icount; then
		printf 'hung_task_timeout_secs=0 watchdog=0'
	else
		printf 'hung_task_timeout_secs=60'
	fi
}

# QEMU emulates several CPUs in one thread, in turn. Each in a thread of its own is faster where
# several are busy, but there the kernel's patching of running code (jump labels, static calls,
# ftrace, BPF trampolines) now and then meets a CPU in the middle of the old code: "Oops: int3".
accelerator_options() {
	if opt icount; then
		QEMU+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off,align=off")
	elif [[ $ACCEL == kvm ]]; then
		QEMU+=(-accel kvm -cpu host)
		return
	else
		if opt parallel; then
			QEMU+=(-accel "tcg,thread=multi")
		else
			QEMU+=(-accel "tcg,thread=single")
		fi
	fi
	QEMU+=(-cpu "max,la57=off")             # a fifth level of page tables only costs time
}

# port NAME CHARDEV: a virtio serial port, called aioscope.NAME in the guest
port() {
	QEMU+=(-chardev "$2,id=$1" -device "virtserialport,chardev=$1,name=aioscope.$1")
}

# export_folder TAG FOLDER [OPTIONS]
export_folder() {
	QEMU+=(-fsdev "local,id=$1,path=$(in_option "$2"),security_model=none,multidevs=remap${3-}"
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1")
}

# Sets QEMU to the command that runs the guest.
build_qemu_command() {
	local tmp

	tmp=$(in_option "$TMP")
	QEMU=(qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -name aioscope
		-M "pc,usb=off,vmport=off" -m "${OPT[memory]}" -smp "${OPT[cpus]}"
		-kernel "$KERNEL_IMAGE" -initrd "$TMP/initrd" -append "$(kernel_parameters)"
		-chardev "file,id=console,path=$tmp/console" -serial chardev:console
		-drive "file=$tmp/scratch,format=raw,if=none,id=scratch,cache=unsafe,discard=unmap"
		-device "virtio-blk-pci,drive=scratch"
		-device "virtio-serial-pci,max_ports=5")
	accelerator_options
	port control "file,path=$tmp/control"
	port out "file,path=$tmp/out"
	port err "file,path=$tmp/err"
	if (( STDIN )); then port in "stdio,signal=off"; fi
	export_folder host / ,readonly=on
	if [[ ${OPT[out]} ]]; then export_folder out "${OPT[out]}"; fi
}

# KVM may be there and hang the guest all the same. It counts as working for a kernel, until the
# host is booted again, once a guest has run `true` in 20 seconds.
kvm_works() {
	local boot kernel proof answer=no

	boot=$(cat /proc/sys/kernel/random/boot_id)
	kernel=$(sha256sum <"$KERNEL_IMAGE")
	proof=$CACHE/kvm/$boot-${kernel%% *}
	if [[ ! -e $proof ]]; then
		say "trying whether KVM works here (at most 20 s)"
		if TMPDIR=$TMP patiently timeout -k 5 20 \
			"$HERE/run" -k "$KERNEL_IMAGE" --kvm-unproved -- true \
			</dev/null >/dev/null 2>&1; then
			answer=yes
		fi
		find "$CACHE/kvm" -type f ! -name "$boot-*" -delete
		printf '%s\n' "$answer" >"$proof.$$" && mv "$proof.$$" "$proof"
	fi
	[[ $(<"$proof") == yes ]]
}

# Sets ACCEL.
choose_accelerator() {
	ACCEL=tcg
	case ${OPT[kvm]} in
	unproved)
		ACCEL=kvm
		;;
	asked)
		if [[ -r /dev/kvm && -w /dev/kvm ]] && kvm_works; then
			ACCEL=kvm
		else
			say "KVM does not work here: emulating (slower)"
		fi
		;;
	esac
}
