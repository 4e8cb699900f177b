#!/bin/sh
# Makes what a virtual machine starts from: a Debian kernel, an initramfs of our own and a root file system.
#   make-image.sh ROOTFS TARGET FOLDER_WITH_OUR_SCRIPTS PACKAGE...
# Nothing is written to ROOTFS, the Debian tree of the lab. As there, TARGET appears when it is whole.
set -eu
rootfs=$1 target=$2 ours=$3
shift 3

exec 9> "$target.lock"
flock 9
if [ -d "$target" ]; then exit 0; fi
growing=$(mktemp -d "$target.growing-XXXXXX")
root=$growing/root
undo() { for place in "$root/proc" "$root" "$growing/work"; do umount "$place" 2> /dev/null || true; done; }
trap 'undo; rm -rf "$growing"' EXIT
trap 'exit 130' INT TERM HUP

# The upper folder may not lie on an overlay, as the cache does in a container.
mkdir "$growing/work"
mount -t tmpfs -o size=2g machine "$growing/work"
mkdir "$root" "$growing/work/upper" "$growing/work/work"
mount -t overlay -o "lowerdir=$rootfs,upperdir=$growing/work/upper,workdir=$growing/work/work" machine "$root"

printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mount -t proc proc "$root/proc"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
chroot "$root" apt-get update -q
chroot "$root" apt-get install -q -y --no-install-recommends "$@"
# The kernel alone: what its package wants besides makes an initramfs of Debian's, which is not used here.
chroot "$root" sh -euc '
  cd /var/tmp
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n "s/^ *Depends: \(linux-image-[0-9].*\)/\1/p")
  apt-get download "$kernel"
  dpkg-deb -x linux-image-*.deb /
  rm linux-image-*.deb
  depmod "$(ls /usr/lib/modules)"
'
umount "$root/proc"
# The lab's containers have stand-ins for some programs; here the real ones are wanted, and the tree has only those.
cp "$ours/guest.sh" "$root/usr/sbin/guest"
chmod 755 "$root/usr/sbin/guest"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root/usr/sbin/policy-rc.d" "$root/etc/resolv.conf"
# Where the machine's init puts its own /dev and /run, and an installer its system.
mkdir -p "$root/mnt" "$root/lab"

version=$(ls "$root/usr/lib/modules")
cp "$root/boot/vmlinuz-$version" "$growing/kernel"
early=$root/early
mkdir -p "$early/bin" "$early/modules"
cp "$root/usr/bin/busybox" "$early/bin/busybox"
cp "$ours/initramfs.sh" "$early/init"
chmod 755 "$early/init"
modules=$root/usr/lib/modules/$version
# Modules are named by the order of loading: what each needs comes first.
count=10
for file in $(chroot "$root" modprobe --set-version "$version" --show-depends --all virtio_blk overlay | sed -n 's/^insmod \([^ ]*\).*/\1/p'); do
  count=$((count + 1))
  xz -dcf < "$root$file" > "$early/modules/$count.ko"
done
chroot "$root" sh -euc 'cd "$1" && find . | cpio --quiet -o -H newc | gzip -1' sh /early > "$growing/initramfs"

# A boot loader of the machine starts the same ones from its own disk.
mkdir "$root/usr/lib/machine"
cp "$growing/kernel" "$growing/initramfs" "$root/usr/lib/machine"
mv "$root/usr/share/OVMF/OVMF_CODE_4M.fd" "$growing/firmware"
mv "$root/usr/share/OVMF/OVMF_VARS_4M.fd" "$growing/variables"

rm -rf "$early" "$root"/usr/share/OVMF "$root"/boot/* "$modules/kernel/drivers/net" "$modules/kernel/net" "$root"/usr/share/doc/* "$root"/usr/share/man/*
bytes=$(du -s --block-size=1M "$root" | cut -f1)
mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$growing/root.ext4" "$((bytes + bytes / 5 + 64))M"
umount "$root" "$growing/work"
rmdir "$root" "$growing/work"
mv -T "$growing" "$target"
trap - EXIT
