#!/bin/sh
# Turns new mount, pid, uts and ipc namespaces into a machine and becomes its first process.
#   enter-root.sh ROOT HOSTNAME BOOT_ID_FILE [BIND:ro|rw:PATH ...] -- COMMAND...
# Prints "pid N", N being this process as the outer world counts.
set -eu
root=$1 name=$2 boot_id=$3
shift 3

read -r pid _ < /proc/self/stat
hostname "$name"
mount --bind "$root" "$root"
cd "$root"

mount -t proc -o nosuid,nodev,noexec proc proc
# What the kernel shares between machines is not the lab's to change.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then mount --bind /dev/null proc/sysrq-trigger; fi
mount --bind "$boot_id" proc/sys/kernel/random/boot_id

# /dev is made by hand: devtmpfs would show the real disks of this computer.
mount -t tmpfs -o mode=755,nosuid tmpfs dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir -m 755 dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr

mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp

while [ "$1" != -- ]; do
  path=${1#*:}
  mkdir -p ".$path"
  mount --bind "$path" ".$path"
  case $1 in ro:*) mount -o remount,bind,ro ".$path" ;; esac
  shift
done
shift

mkdir -p .old-root
pivot_root . .old-root
cd /
umount -l /.old-root
rmdir /.old-root
echo "pid $pid"
# Root of a lab machine is no root of this computer: no device nodes, kernel modules, clocks or kexec.
exec setpriv --bounding-set -mknod,-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog "$@"
