import { probeScript as systemScript } from '../fleet/status/probe.ts';

/**
 * What a machine is, asked in one go by any POSIX shell (dash, bash, busybox) with nothing installed. The text is the
 * same for every machine. Its output is sections: a line `NONCE NAME`, then what the section holds. Within `login`
 * and `facts` each line is a word, a tab and a value; the others are the output of the program or file they are named
 * after. Whatever is missing on the machine is an empty section or value, never an error. Read by
 * shared/machines/read-probe.ts.
 */

/** Both scripts begin so. A login that is not interactive often lacks the administrator's folders. */
const beginning = `
PATH="$PATH:/run/wrappers/bin:/run/current-system/sw/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LC_ALL=C
export PATH LC_ALL
has() { command -v "$1" >/dev/null 2>&1; }
value() { printf '%s\\t%s\\n' "$1" "$2"; }
section() { printf '\\n%s %s\\n' "$nonce" "$1"; }
`;

/**
 * Runs as the user who logged in and starts the second script with the rights of root where it can have them.
 * Arguments: nonce, the second script. Standard input: the password for sudo in one line, or nothing. The password
 * goes from the shell's own \`printf\` into sudo's standard input, so it is in no program's arguments.
 */
const loginScript = `
nonce=$1 script=$2
${beginning}
section login
value user "$(id -un 2>/dev/null)"
value uid "$(id -u)"
value connection "\${SSH_CONNECTION-}"
keys=\${HOME:-/}/.ssh/authorized_keys
if [ -e "$keys" ]; then
  if [ -w "$keys" ]; then value keys-writable yes; else value keys-writable no; fi
elif [ -w "\${HOME:-/}" ]; then value keys-writable yes
else value keys-writable no; fi
if [ "$(id -u)" = 0 ]; then
  value privilege root
  exec sh -c "$script" sh "$nonce"
fi
if has sudo && sudo -n true </dev/null >/dev/null 2>&1; then
  value privilege sudo
  exec sudo -n sh -c "$script" sh "$nonce" </dev/null
fi
password=
IFS= read -r password || :
if has sudo; then
  if [ -n "$password" ]; then
    said=$(printf '%s\\n' "$password" | sudo -S -p '' true 2>&1)
    if [ $? = 0 ]; then
      value privilege sudo-password
      printf '%s\\n' "$password" | sudo -S -p '' sh -c "$script" sh "$nonce"
      exit
    fi
    value privilege sudo-refused
    value sudo-said "$(printf '%s' "$said" | tr '\\n\\t' '  ')"
  else
    value privilege sudo-asks
  fi
elif has doas && doas -n true </dev/null >/dev/null 2>&1; then
  value privilege doas
  exec doas -n sh -c "$script" sh "$nonce" </dev/null
else
  value privilege none
fi
exec sh -c "$script" sh "$nonce"
`;

/** Partitions and what they are members of, from sysfs alone, for machines without lsblk or with a very old one. */
const blockDevices = `
block() {
  printf 'block\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$2" "$(line "$3/size")" "$(line "$3/ro")" \\
    "$(line "$3/partition")" "$(line "$3/start")" "$(line "$3/dev")"
}
section blocks
for path in /sys/block/*; do
  name=\${path##*/}
  case $name in '*' | ram* | sr* | fd*) continue ;; esac
  [ "$(line "$path/size")" = 0 ] && continue
  block "$name" '' "$path"
  value removable "$(line "$path/removable")"
  value rotational "$(line "$path/queue/rotational")"
  value logical "$(line "$path/queue/logical_block_size")"
  value physical "$(line "$path/queue/physical_block_size")"
  value model "$(line "$path/device/model")"
  value vendor "$(line "$path/device/vendor")"
  serial=$(line "$path/device/serial")
  value serial "\${serial:-$(line "$path/serial")}"
  wwid=$(line "$path/device/wwid")
  value wwid "\${wwid:-$(line "$path/wwid")}"
  value dm-name "$(line "$path/dm/name")"
  value dm-uuid "$(line "$path/dm/uuid")"
  value md-level "$(line "$path/md/level")"
  value backing "$(line "$path/loop/backing_file")"
  value where "$(readlink -f "$path" 2>/dev/null)"
  for slave in "$path"/slaves/*; do if [ -e "$slave" ]; then value slave "\${slave##*/}"; fi; done
  for part in "$path/$name"*; do
    [ -e "$part/partition" ] || continue
    block "\${part##*/}" "$name" "$part"
  done
done
section by-id
for link in /dev/disk/by-id/*; do
  if [ -L "$link" ]; then value "\${link##*/}" "$(readlink -f "$link" 2>/dev/null)"; fi
done
section by-partlabel
for link in /dev/disk/by-partlabel/*; do
  if [ -L "$link" ]; then value "\${link##*/}" "$(readlink -f "$link" 2>/dev/null)"; fi
done
section lsblk
lsblk -J -b -O 2>/dev/null || { section lsblk-pairs; lsblk -P -b -O 2>/dev/null || :; }
section blkid
blkid 2>/dev/null || :
section pvs
if has pvs; then pvs --noheadings --nosuffix --units b --separator '|' -o pv_name,vg_name,pv_size 2>/dev/null || :; fi
section lvs
if has lvs; then lvs --noheadings --nosuffix --units b --separator '|' -o vg_name,lv_name,lv_size 2>/dev/null || :; fi
section mdstat
cat /proc/mdstat 2>/dev/null || :
section zpool
if has zpool; then limited zpool list -H -P -p -v 2>/dev/null || :; fi
section mounts
cat /proc/self/mountinfo 2>/dev/null || cat /proc/mounts 2>/dev/null || :
section swaps
cat /proc/swaps 2>/dev/null || :
section df
limited df -P -k 2>/dev/null || :
section btrfs
if has btrfs && has findmnt; then
  findmnt -n -r -t btrfs -o TARGET 2>/dev/null | while IFS= read -r target; do
    case $target in *\\\\*) ;; *) value filesystem "$target"; limited btrfs subvolume list "$target" 2>/dev/null ;; esac
  done || :
fi
`;

const network = `
section interfaces
for path in /sys/class/net/*; do
  name=\${path##*/}
  case $name in '*' | lo) continue ;; esac
  [ -d "$path" ] || continue
  wireless=no physical=no
  if [ -e "$path/wireless" ] || [ -e "$path/phy80211" ]; then wireless=yes; fi
  if [ -e "$path/device" ]; then physical=yes; fi
  bridge=no
  if [ -d "$path/bridge" ]; then bridge=yes; fi
  printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$(line "$path/address")" "$(line "$path/operstate")" \\
    "$wireless" "$physical" "$bridge"
done
section addresses
if has ip; then ip -o addr show 2>/dev/null || ip addr show 2>/dev/null || :; fi
section routes
if has ip; then
  ip -4 route show default 2>/dev/null || ip route 2>/dev/null | grep '^default' || :
  ip -6 route show default 2>/dev/null || :
fi
section ifconfig
if ! has ip && has ifconfig; then ifconfig 2>/dev/null || :; fi
section route-table
if ! has ip; then cat /proc/net/route 2>/dev/null || :; fi
section resolv
grep '^nameserver' /etc/resolv.conf 2>/dev/null || :
grep '^nameserver' /run/systemd/resolve/resolv.conf 2>/dev/null || :
`;

/** Runs with the rights of root where there are some. Argument: nonce. */
const machineScript = `
nonce=$1
${beginning}
line() {
  text=
  if [ -r "$1" ]; then { IFS= read -r text <"$1" || :; } 2>/dev/null; fi
  text=\${text#"\${text%%[! ]*}"}
  printf '%s' "\${text%"\${text##*[! ]}"}"
}
limited() { if has timeout; then timeout 3 "$@"; else "$@"; fi; }
section facts
value rights "$(id -u)"
value clock "$(date +%s)"
value hostname "$(line /proc/sys/kernel/hostname)"
value kernel "$(uname -s)"
value release "$(uname -r)"
value machine "$(uname -m)"
if [ -d /sys/firmware/efi ]; then value firmware uefi; fi
value efi-bits "$(line /sys/firmware/efi/fw_platform_size)"
for variable in /sys/firmware/efi/efivars/SecureBoot-*; do
  if [ -r "$variable" ] && has od; then value secure-boot "$(od -An -t u1 "$variable" | tr -s ' \\n' '  ')"; fi
done
if has mokutil; then value mokutil "$(mokutil --sb-state 2>/dev/null | tr '\\n\\t' '  ')"; fi
if [ -r /proc/device-tree/model ]; then value board "$(tr -d '\\000\\n\\t' </proc/device-tree/model)"; fi
value vendor "$(line /sys/class/dmi/id/sys_vendor)"
value product "$(line /sys/class/dmi/id/product_name)"
if [ -d /sys/class/dmi/id ]; then value dmi yes; fi
if has systemd-detect-virt; then
  value container "$(systemd-detect-virt --container 2>/dev/null)"
  value vm "$(systemd-detect-virt --vm 2>/dev/null)"
fi
value container-file "$(line /run/systemd/container)"
if [ -e /.dockerenv ]; then value container-file docker; fi
if [ -e /run/.containerenv ]; then value container-file podman; fi
value container-file "$({ tr '\\000' '\\n' </proc/1/environ | sed -n 's/^container=//p'; } 2>/dev/null)"
if grep -q '^flags.*[ 	]hypervisor' /proc/cpuinfo 2>/dev/null; then value hypervisor yes; fi
value kexec-disabled "$(line /proc/sys/kernel/kexec_load_disabled)"
value lockdown "$(line /sys/kernel/security/lockdown)"
value tainted "$(line /proc/sys/kernel/tainted)"
for tool in tar cpio curl wget nix lsblk blkid ip systemctl nixos-install nixos-generate-config nixos-facter; do
  if has $tool; then value tool $tool; fi
done
if has setsid && setsid --wait true 2>/dev/null; then value tool setsid; fi
section meminfo
cat /proc/meminfo 2>/dev/null || :
section cpuinfo
grep -E '^(processor|model name|Hardware|Model|cpu model)' /proc/cpuinfo 2>/dev/null || :
section os-release
cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null || :
${network}
${blockDevices}
section host-keys
cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null || :
section disk-marks
if [ -d /mnt ]; then
  value profile "$(readlink -f /mnt/nix/var/nix/profiles/system 2>/dev/null)"
fi
section system
${systemScript}
section end
`;

/** The command: its standard input is the password for sudo, or nothing. */
export function probeArgv(nonce: string): [string, ...string[]] {
  return ['sh', '-c', loginScript, 'sh', nonce, machineScript];
}
