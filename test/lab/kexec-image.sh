#!/bin/sh
# The lab's kexec/run: leaves what the installer takes over where it finds it, and has the machine start it.
set -eu
if [ -e /etc/lab-no-kexec ]; then
  echo "kexec_load failed: Operation not permitted"
  exit 1
fi
kept=/run/lab-firmware/kexec
mkdir -p -m 700 "$kept"
cp -p /etc/ssh/ssh_host_* "$kept/"
: > "$kept/authorized_keys"
for file in /root/.ssh/authorized_keys /etc/ssh/authorized_keys.d/root /etc/ssh/lab_keys.d/root \
  "/home/${SUDO_USER-}/.ssh/authorized_keys"; do
  if [ -e "$file" ]; then cat "$file" >> "$kept/authorized_keys"; fi
done
echo "machine will boot into nixos in 6s..."
(sleep 1 && kill -USR1 1) > /dev/null 2>&1 &
