#!/bin/sh
# The lab's switch-to-configuration: the same goals, words and exit statuses as NixOS's, over units that are files in
# etc/systemd/system and run in name only (see the lab's systemctl).
#   0 done, 1 refused, 2 activation failed, 4 switched but units failed (also where the activation failed too)
# Units that had failed are forgotten, and started again by the targets that want them; whatever is failed at the end, or
# failed and waits to be started anew, is listed, however long it has been so.
set -u
new=@out@
goal=${1-}
export PATH=/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin

case $goal in
  switch | boot | test | dry-activate) ;;
  *)
    echo "Usage: switch-to-configuration [switch|boot|test|dry-activate]" >&2
    exit 1
    ;;
esac
if [ ! -e /etc/NIXOS ]; then
  echo "This is not a NixOS installation!" >&2
  exit 1
fi
mkdir -p /run/nixos /run/lab-units
if [ "$goal" != dry-activate ]; then
  exec 9> /run/nixos/switch-to-configuration.lock
  if ! flock --nonblock 9; then
    echo "Could not acquire lock" >&2
    exit 1
  fi
fi

if [ "$goal" = switch ] || [ "$goal" = boot ]; then
  if [ "$(cat $new/boot-loader)" = grub ]; then echo "updating GRUB 2 menu..." >&2; fi
  if ! { mkdir -p /boot && echo "$new" | cat > /boot/lab-default; }; then
    echo "Failed to install bootloader" >&2
    exit 1
  fi
  rm -rf /boot/loader /boot/grub/grub.cfg
  if [ "$(cat $new/boot-loader)" = grub ]; then
    # The lines of NixOS's grub.cfg that say what is started; the lab's firmware reads them (lab-init).
    mkdir -p /boot/grub
    entry() { printf 'menuentry "%s" --class nixos --unrestricted {\n  linux /kernels/kernel init=%s/init loglevel=4\n}\n' "$1" "$2"; }
    {
      printf 'if [ -s $prefix/grubenv ]; then\n  load_env\nfi\n'
      printf 'if [ "${next_entry}" ]; then\n  set default="${next_entry}"\n  set next_entry=\n  save_env next_entry\n'
      printf 'else\n  set default=%s\nfi\n\n' "$(cat $new/grub-default)"
      entry 'NixOS - Default' "$new"
      echo 'submenu "NixOS - All configurations" --class submenu {'
      for link in /nix/var/nix/profiles/system-*-link; do
        number=${link##*/system-}
        init=$(readlink -f "$link/init")
        entry "NixOS - Configuration ${number%-link} (lab)" "${init%/init}"
      done
      echo '}'
    } > /boot/grub/grub.cfg
  else
    mkdir -p /boot/loader/entries
    for link in /nix/var/nix/profiles/system-*-link; do
      number=${link##*/system-}
      echo "options init=$(readlink -f "$link/init")" > "/boot/loader/entries/nixos-generation-${number%-link}.conf"
    done
  fi
  if [ "${NIXOS_INSTALL_BOOTLOADER-}" = 1 ]; then
    # Where GRUB would put itself the lab's firmware looks for the number of the root partition.
    root=$(findmnt --noheadings --output SOURCE /)
    for device in $(cat $new/boot-devices); do
      printf 'LABBOOT %s\n' "${root##*[!0-9]}" | dd of="$(readlink -f "$device")" conv=notrunc 2> /dev/null
    done
  fi
fi
if [ "$goal" = boot ]; then exit 0; fi

old_units=/run/current-system/etc/systemd/system
new_units=$new/etc/systemd/system
join() { echo "$*" | sed 's/ /, /g'; }
stop='' restart='' start='' again=''
for file in "$old_units"/*.service; do
  unit=${file##*/}
  if [ -e "$file" ] && [ ! -e "$new_units/$unit" ] && [ "$(cat "/run/lab-units/$unit" 2>/dev/null)" != failed ]; then
    stop="$stop $unit"
  fi
done
for file in "$new_units"/*.service; do
  [ -e "$file" ] || continue
  unit=${file##*/}
  state=$(cat "/run/lab-units/$unit" 2>/dev/null)
  if [ "$state" = failed ]; then
    again="$again $unit"
  elif [ ! -e "$old_units/$unit" ] || [ -z "$state" ]; then
    start="$start $unit"
  elif ! cmp -s "$file" "$old_units/$unit"; then
    restart="$restart $unit"
  fi
done

if [ "$goal" = dry-activate ]; then
  if [ -n "$stop" ]; then echo "would stop the following units: $(join $stop)" >&2; fi
  echo "would activate the configuration..." >&2
  if [ -n "$restart" ]; then echo "would restart the following units: $(join $restart)" >&2; fi
  if [ -n "$start" ]; then echo "would start the following units: $(join $start)" >&2; fi
  exit 0
fi

# sshd is the one unit that is more than a name: the server that listens ends, and open connections stay.
# It is waited for, or the next one would not be started.
end_sshd() {
  if [ "$1" = sshd.service ] && listening=$(pgrep -o -x sshd); then
    kill "$listening"
    timeout 5 tail --pid="$listening" --sleep-interval=0.02 --follow /dev/null
  fi
}
start_sshd() { if [ "$1" = sshd.service ] && ! pgrep -x sshd > /dev/null; then /usr/sbin/sshd -E /var/log/sshd.log 9>&-; fi; }

status=0
if [ -n "$stop" ]; then
  echo "stopping the following units: $(join $stop)" >&2
  for unit in $stop; do rm -f "/run/lab-units/$unit"; done
fi
echo "activating the configuration..." >&2
"$new/activate" || { echo "Failed to run activate script" >&2; status=2; }
systemctl reset-failed

if [ -n "$restart" ]; then echo "restarting the following units: $(join $restart)" >&2; fi
started=''
for unit in $restart; do end_sshd "$unit"; done
for unit in $restart $start $again; do
  if grep -q '^ExecStart=/bin/false' "$new_units/$unit"; then
    echo failed > "/run/lab-units/$unit"
    case " $restart " in *" $unit "*) echo "Failed to restart $unit" >&2 ;; esac
  else
    start_sshd "$unit"
    echo active > "/run/lab-units/$unit"
    case " $start " in *" $unit "*) started="$started $unit" ;; esac
  fi
done
if [ -n "$started" ]; then echo "the following new units were started: $(join $started)" >&2; fi
failed=$(
  systemctl list-units --state=failed,auto-restart --plain --no-legend | while read -r unit _ active _; do
    if [ "$active" = failed ] || [ "$(systemctl show -p ExecMainStatus --value "$unit")" != 0 ]; then printf ' %s' "$unit"; fi
  done
)
if [ -n "$failed" ]; then
  echo "warning: the following units failed: $(join $failed)" >&2
  for unit in $failed; do
    printf '\n× %s\n     Loaded: loaded (/etc/systemd/system/%s; enabled; preset: ignored)\n' "$unit" "$unit" >&2
    printf '     Active: failed (Result: exit-code)\n    Process: ExecStart=/bin/false (code=exited, status=1/FAILURE)\n' >&2
  done
  status=4
fi
exit $status
