#!/bin/busybox sh
# The first program of the virtual machine: finds the root file system, lays a writable one in memory over it, goes there.
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /base /over /new
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod "$module"; done
tries=0
while ! base=$(grep -l '^machine-root$' /sys/block/vd*/serial) && [ "$tries" -lt 1200 ]; do
  tries=$((tries + 1))
  usleep 100000
done
base=${base%/serial}
mount -t ext4 -o ro "/dev/${base##*/}" /base
mount -t tmpfs -o size=512m over /over
mkdir /over/upper /over/work
mount -t overlay -o lowerdir=/base,upperdir=/over/upper,workdir=/over/work root /new
for folder in proc sys dev; do mount --move "/$folder" "/new/$folder"; done
exec switch_root /new /usr/sbin/guest
