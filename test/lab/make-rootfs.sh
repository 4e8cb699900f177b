#!/bin/sh
# Makes the Debian tree that every lab container is an overlay of.
#   make-rootfs.sh SUITE TARGET PACKAGE...
# The tree grows under a temporary name and is renamed when it is whole, so a broken run leaves nothing that looks
# finished. Lines that begin with "rootfs: " are for people, the rest is for the log. $NIXSTEAD_LAB_MIRROR names another Debian mirror.
set -eu
suite=$1 target=$2
shift 2
say() { echo "rootfs: $*"; }

# A second test run waits for the first one's tree instead of making its own.
exec 9> "$target.lock"
flock 9
if [ -d "$target" ]; then exit 0; fi
growing=$(mktemp -d "$target.growing-XXXXXX")
trap 'umount "$growing/proc" 2>/dev/null || true; rm -rf "$growing"' EXIT
trap 'exit 130' INT TERM HUP
chmod 755 "$growing"

say "base system of Debian $suite (about half a minute)"
debootstrap --variant=minbase "$suite" "$growing" ${NIXSTEAD_LAB_MIRROR:+"$NIXSTEAD_LAB_MIRROR"}

# Nothing that a package starts may run while it is being installed.
printf '#!/bin/sh\nexit 101\n' > "$growing/usr/sbin/policy-rc.d"
chmod 755 "$growing/usr/sbin/policy-rc.d"
cp /etc/resolv.conf "$growing/etc/resolv.conf"
cat > "$growing/etc/dpkg/dpkg.cfg.d/lab" <<'CONF'
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
CONF

say "packages: $*"
mount -t proc proc "$growing/proc"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# --include of debootstrap cannot do this: nix-bin needs a virtual package.
chroot "$growing" apt-get update -q
chroot "$growing" apt-get install -q -y --no-install-recommends "$@"
chroot "$growing" apt-get clean
umount "$growing/proc"

say "users"
# '*' instead of '!': sshd without PAM takes an account with '!' for locked, even for keys.
chroot "$growing" usermod --password '*' root
chroot "$growing" useradd --create-home --shell /bin/bash --groups sudo --password '*' admin
cat > "$growing/etc/sudoers.d/lab" <<'CONF'
Defaults secure_path="/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
Defaults !use_pty
admin ALL=(ALL:ALL) NOPASSWD: ALL
CONF
chmod 440 "$growing/etc/sudoers.d/lab"

rm -rf "$growing"/var/lib/apt/lists/* "$growing"/usr/sbin/policy-rc.d "$growing"/etc/resolv.conf "$growing"/etc/ssh/ssh_host_*
: > "$growing/etc/machine-id"
mv -T "$growing" "$target"
trap - EXIT
say "ready: $target"
