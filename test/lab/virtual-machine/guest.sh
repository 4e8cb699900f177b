#!/bin/bash
# What the virtual machine runs instead of an init: udev, then the work that is on the disk `machine-work`, whose
# results it writes to the disk `machine-results`, both as tar. Then it is over.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
ln -sfn /proc/self/fd /dev/fd
ln -sfn /proc/self/fd/0 /dev/stdin
ln -sfn /proc/self/fd/1 /dev/stdout
ln -sfn /proc/self/fd/2 /dev/stderr
mkdir -p /run/lock /run/lvm /run/cryptsetup /lab/work /lab/results
/usr/lib/systemd/systemd-udevd --daemon
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
udevadm settle --timeout 60
# An installer has it loaded; a file system over several devices cannot be found without.
modprobe btrfs
# New arrays are not made equal while the work goes on: an emulated processor has no time for that.
modprobe md_mod
echo 100 > /proc/sys/dev/raid/speed_limit_min
echo 500 > /proc/sys/dev/raid/speed_limit_max
tar -xf /dev/disk/by-id/virtio-machine-work -C /lab/work
(cd /lab/work && bash ./work.sh) 2>&1 < /dev/null | tee /lab/results/output > /dev/console
echo "${PIPESTATUS[0]}" > /lab/results/exit
tar -C /lab/results -cf /dev/disk/by-id/virtio-machine-results .
sync
echo 'the work is done'
# A program can no longer be started once the disks are gone.
echo o > /proc/sysrq-trigger
while :; do :; done
