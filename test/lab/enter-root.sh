#!/bin/sh
# Turns new mount, pid, uts and ipc namespaces into a machine and becomes its first process.
#   enter-root.sh ROOT HOSTNAME BOOT_ID_FILE [PART ...] -- COMMAND...
# ROOT is a folder, or `disk:NAME:MAJOR:MINOR`: the file system on a partition of the machine's own disk. A PART is
#   bind:ro|rw:PATH                        a folder or file of this computer, seen at the same path
#   firmware:FOLDER                        what outlives a boot, seen at /run/lab-firmware
#   system:FOLDER                          the Debian tree whose programs a machine that boots from its disk uses
#   disk:NAME:MAJOR:MINOR:SERIAL:MODEL     a disk of the machine
# Prints "pid N", N being this process as the outer world counts.
set -eu
root=$1 name=$2 boot_id=$3
shift 3

read -r pid _ < /proc/self/stat
hostname "$name"
mac=$(ip -o link show eth0 2>/dev/null | sed -n 's|.*link/ether \([0-9a-f:]*\).*|\1|p')

case $root in
  disk:*)
    # Mounted by the name that the machine itself knows, so that its list of mounts says so.
    IFS=: read -r _ partition major minor <<END
$root
END
    system=
    for part in "$@"; do case $part in system:*) system=${part#*:} ;; --) break ;; esac; done
    root=$boot_id.root
    mkdir -p "$root"
    mount -t tmpfs tmpfs /dev
    mknod /dev/null c 1 3
    mknod "/dev/$partition" b "$major" "$minor"
    mount "/dev/$partition" "$root"
    cd "$root"
    mkdir -p etc usr var/log proc sys dev run tmp root home .lab/etc
    for folder in bin sbin lib lib64; do
      if [ -L "$system/$folder" ] && [ ! -e "$folder" ] && [ ! -L "$folder" ]; then ln -s "usr/$folder" "$folder"; fi
    done
    # People's homes, where Debian was put on the disk.
    if [ ! -e etc/NIXOS ] && [ -z "$(ls home)" ]; then cp -a "$system/home/." home/; fi
    mkdir -p "$boot_id.usr"
    mount -t tmpfs tmpfs "$boot_id.usr"
    mkdir "$boot_id.usr/upper" "$boot_id.usr/work"
    mount -t overlay overlay -o "lowerdir=$system/usr,upperdir=$boot_id.usr/upper,workdir=$boot_id.usr/work" usr
    mount -t overlay overlay -o "lowerdir=$system/etc,upperdir=$root/etc,workdir=$root/.lab/etc" etc
    ;;
  *)
    mount --bind "$root" "$root"
    cd "$root"
    ;;
esac

mount -t proc -o nosuid,nodev,noexec proc proc
# What the kernel shares between machines is not the lab's to change.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
if [ -e proc/sysrq-trigger ]; then mount --bind /dev/null proc/sysrq-trigger; fi

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
# Copied first: a mount of the file itself would name a disk of this computer in the machine's list of mounts.
cp "$boot_id" run/lab-boot-id
mount --bind run/lab-boot-id proc/sys/kernel/random/boot_id

# /sys is made by hand too: it would show them as well.
mkdir -p run/lab-udev/sys/block run/lab-udev/sys/dev/block run/lab-udev/sys/class/block \
  run/lab-udev/sys/class/net/eth0/device run/lab-udev/sys/class/dmi/id
echo "$mac" > run/lab-udev/sys/class/net/eth0/address
echo up > run/lab-udev/sys/class/net/eth0/operstate
echo Nixstead > run/lab-udev/sys/class/dmi/id/sys_vendor
echo 'Lab machine' > run/lab-udev/sys/class/dmi/id/product_name
mkdir -p sys
mount --bind run/lab-udev/sys sys

disks=
while [ "$1" != -- ]; do
  case $1 in
    bind:*)
      path=${1#*:*:}
      if [ -d "$path" ]; then
        mkdir -p ".$path"
      else
        mkdir -p ".${path%/*}"
        : > ".$path"
      fi
      mount --bind "$path" ".$path"
      case $1 in bind:ro:*) mount -o remount,bind,ro ".$path" ;; esac
      ;;
    firmware:*)
      mkdir -p run/lab-firmware
      mount --bind "${1#*:}" run/lab-firmware
      ;;
    disk:*)
      IFS=: read -r _ disk major minor _ <<END
$1
END
      mknod -m 660 "dev/$disk" b "$major" "$minor"
      disks="$disks
${1#disk:}"
      ;;
  esac
  shift
done
shift

mkdir -p .old-root
pivot_root . .old-root
cd /
umount -l /.old-root
rmdir /.old-root
if [ -n "$disks" ]; then
  # Words of a line belong together: a model has spaces.
  (
    IFS='
'
    exec unshare --mount --propagation private sh /usr/sbin/lab-udevd $disks
  ) < /dev/null > /run/lab-udev/log 2>&1 &
  tries=0
  until [ -e /run/lab-udev/started ] || [ $tries -ge 500 ]; do
    tries=$((tries + 1))
    sleep 0.01
  done
fi
echo "pid $pid"
# Root of a lab machine is no root of this computer: no device nodes, kernel modules, clocks or kexec.
exec setpriv --bounding-set -mknod,-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog "$@"
