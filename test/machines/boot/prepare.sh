# prepare.sh LOADER FIRMWARE: puts partitions and a boot loader on the machine's disk, by the loader's own programs.
set -eu
loader=$1 firmware=$2
disk=/dev/disk/by-id/virtio-machine-disk
case $firmware in
  uefi) sgdisk --new=1:0:+80M --typecode=1:EF00 --change-name=1:boot "$disk" ;;
  bios) sgdisk --new=2:0:+1M --typecode=2:EF02 --new=1:0:+80M --typecode=1:8300 --change-name=1:boot "$disk" ;;
esac > /dev/null
sgdisk --new=3:0:+200M --change-name=3:state --new=4:0:0 --change-name=4:spare "$disk" > /dev/null
udevadm wait --settle --timeout=60 /dev/disk/by-partlabel/boot /dev/disk/by-partlabel/state
case $firmware in
  uefi) mkfs.vfat -F 32 /dev/disk/by-partlabel/boot > /dev/null ;;
  bios) mkfs.ext4 -q /dev/disk/by-partlabel/boot ;;
esac
mkfs.ext4 -q /dev/disk/by-partlabel/state
udevadm wait --settle --timeout=60 /dev/disk/by-partlabel/boot /dev/disk/by-partlabel/state
mkdir -p /boot /nix /state /var/lib/nixstead
mount /dev/disk/by-partlabel/state /state
mkdir -p /state/nixstead /state/nix/store /state/nix/var/nix/profiles
mount --bind /state/nix /nix
mount --bind /state/nixstead /var/lib/nixstead
mount /dev/disk/by-partlabel/boot /boot
case $loader-$firmware in
  systemd-boot-*) bootctl --esp-path=/boot --no-variables install ;;
  grub-uefi) grub-install --target=x86_64-efi --boot-directory=/boot --efi-directory=/boot --no-nvram --removable ;;
  grub-bios) grub-install --target=i386-pc --boot-directory=/boot "$disk" ;;
esac
