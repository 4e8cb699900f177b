# In the virtual machine: what disko does at an install, then what the machine says of its disks.
set -eu
printf 'only for this machine' > /tmp/disk.key
bash /lab/work/destroy.sh --yes-wipe-all-disks
printf 'passphrase\npassphrase\n' | bash /lab/work/create.sh
bash /lab/work/mount.sh
udevadm settle

cd /lab/results
sh /lab/work/probe.sh > probe 2> probe-errors
lsblk --json --bytes --output NAME,PATH,TYPE,SIZE,START,FSTYPE,PARTLABEL,PARTTYPE,MOUNTPOINTS > lsblk
findmnt --json --list --output TARGET,SOURCE,FSTYPE,OPTIONS,FSROOT > findmnt
blkid > blkid || :
lvs --reportformat json --units b --nosuffix --options vg_name,lv_name,lv_size,segtype --all > lvs
vgs --reportformat json --units b --nosuffix --options vg_name,vg_size,vg_free,pv_count > vgs
for array in /dev/md/*; do
  if [ -b "$array" ]; then mdadm --detail "$array"; fi
done > mdadm
for array in /dev/md/*; do
  if [ -b "$array" ]; then echo "${array##*/} $(basename "$(readlink -f "$array")")"; fi
done > arrays
findmnt --noheadings --raw --types btrfs --output TARGET | while read -r target; do
  btrfs subvolume list "$target"
done | sort --unique > subvolumes
for device in /dev/mapper/*; do
  case $device in */control) ;; *) cryptsetup status "$device" 2> /dev/null || : ;; esac
done > cryptsetup

bash /lab/work/unmount.sh
findmnt --json --list --output TARGET > left || :
