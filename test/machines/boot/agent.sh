# A machine with NixOS as far as its boot goes: what init= names is what was booted, and what the profile and the marks are
# stays on its disk. It does what comes over its port.
port=/dev/virtio-ports/agent
booted=$(sed -n 's|.* init=\([^ ]*\)/init .*|\1|p' /proc/cmdline)
echo "boots ${booted:-nothing of its own}" > /dev/console
exec 5<> "$port"
if [ -n "$booted" ]; then
  if [ -d /sys/firmware/efi ]; then mount -t efivarfs efivarfs /sys/firmware/efi/efivars; fi
  mkdir -p /state /nix /boot /var/lib/nixstead
  mount /dev/disk/by-partlabel/state /state
  mount --bind /state/nix /nix
  mount --bind /state/nixstead /var/lib/nixstead
  mount /dev/disk/by-partlabel/boot /boot
  ln -sfn "$booted" /run/booted-system
  ln -sfn "$booted" /run/current-system
  case $(cat "$booted/fails" 2> /dev/null) in
    panic)
      # The disk is let go of, as one that a kernel never reached.
      umount /boot /var/lib/nixstead /nix /state
      echo c > /proc/sysrq-trigger
      ;;
    hang)
      echo "ready hangs" >&5
      while read -r -u 5 _; do :; done
      ;;
  esac
fi
echo "ready $booted" >&5
while read -r -u 5 line; do
  base64 -d <<< "$line" > /tmp/script
  bash /tmp/script > /tmp/stdout 2> /tmp/stderr < /dev/null 5>&-
  printf 'done %s %s %s\n' "$?" "$(base64 -w 0 /tmp/stdout)" "$(base64 -w 0 /tmp/stderr)" >&5
done
