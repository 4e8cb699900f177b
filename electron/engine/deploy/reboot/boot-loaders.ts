import { dirname } from 'node:path/posix';
import { nextBootMark } from '../../fleet/status/probe.ts';

/**
 * Shell for root on a host: how its boot loader is told to try a system once, and keeps another as its default.
 *
 * systemd-boot: `bootctl set-oneshot` (LoaderEntryOneShot of the Boot Loader Interface), which the loader itself takes
 * away before it starts the entry. What entries are called differs between releases, so they are found by what they start;
 * a count of tries in a file's name is no part of what the entry is called. What a person has chosen as the default is in a
 * variable (LoaderEntryDefault), which goes before loader.conf; what else decides, `bootctl list` knows.
 *
 * GRUB: `next_entry` of its environment block, which NixOS's grub.cfg reads and takes away (install-grub.pl writes that
 * whatever `boot.loader.grub.default` is). GRUB writes there only on a plain disk and on file systems that keep no
 * checksums (its manual, "The GRUB environment block"); elsewhere it would try the system at every boot. An entry is named
 * by its titles with `>` between them, and `>>` for one in a title. Its first entry is the system whose
 * switch-to-configuration ran last. Where it has users, it asks for one of them before it opens the menu of all others.
 */

export const bootPath = 'PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"';

/**
 * Defines `find_entry SYSTEM OTHER`, which leaves `loader` and `entry`; `try_once OTHER`, to be run when OTHER is the
 * default and nothing is to be tried; `starts SYSTEM`, true where it is the default. The first two call `no` with why it
 * cannot be.
 */
export const tryOnceFunctions = `
grub=/boot/grub/grub.cfg grubenv=/boot/grub/grubenv
chosen=/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
systemd_entry() {
  command -v bootctl >/dev/null && boot=$(bootctl --print-boot-path 2>/dev/null) || return 1
  file=$(grep -lF "init=$1/init" "$boot"/loader/entries/*.conf 2>/dev/null | head -n 1)
  [ -n "$file" ] && echo "\${file##*/}" | sed 's/[+][0-9-]*[.]conf$/.conf/'
}
systemd_starts() {
  bootctl list --no-pager 2>/dev/null | awk -v init="init=$1/init " '
    /^ *title: .* [(]default[)]/ { is_default = 1 }
    /^ *$/ { is_default = 0 }
    is_default && /^ *options: / && index($0 " ", init) { found = 1 }
    END { exit !found }'
}
grub_entry() {
  [ -f "$grub" ] && awk -v init="init=$1/init " '
    function title(line) { sub(/^[^"]*"/, "", line); sub(/".*/, "", line); gsub(/>/, ">>", line); return line }
    /^[ \\t]*(menuentry|submenu) "/ { path[++depth] = title($0); next }
    /[{][ \\t]*$/ { path[++depth] = ""; next }
    /^[ \\t]*[}][ \\t]*$/ { if (depth > 0) depth--; next }
    depth > 1 && index($0 " ", init) {
      entry = path[1]
      for (at = 2; at <= depth; at++) entry = entry ">" path[at]
      print entry
      exit
    }' "$grub" | grep .
}
grub_starts() {
  awk -v init="init=$1/init " '
    /^[ \\t]*(menuentry|submenu) / { if (seen++) exit }
    seen && index($0 " ", init) { found = 1; exit }
    END { exit !found }' "$grub"
}
grub_may_try() {
  grep -q 'save_env next_entry' "$grub" || no 'its GRUB menu does not read next_entry'
  grep -Eq '^[ 	]*set default="?0"?[ 	]*$' "$grub" ||
    no 'GRUB does not start the first entry of its menu there; without boot.loader.grub.default it does'
  ! grep -Eq '^[ 	]*set superusers=' "$grub" ||
    no 'its GRUB asks for a password before it starts another entry than the first; without boot.loader.grub.users it does not'
  command -v grub-editenv >/dev/null ||
    no 'grub-editenv is not there; environment.systemPackages = [ pkgs.grub2 ]; brings it'
  set -- $(findmnt --noheadings --output FSTYPE,SOURCE --target /boot/grub | tail -n 1)
  case $1 in
    ext[234] | vfat | xfs) ;;
    *) no "GRUB cannot write to $1, where its /boot is; it can to a /boot of its own with ext4 or vfat" ;;
  esac
  disk=$(readlink -f "\${2%%\\[*}")
  case $(readlink -e "/sys/class/block/\${disk##*/}") in
    */block/dm-* | */block/md*) no 'GRUB cannot write to RAID, LVM or an encrypted disk; it can to a /boot beside it' ;;
    /sys/*) ;;
    *) no 'GRUB cannot write where its /boot is' ;;
  esac
}
find_entry() {
  if entry=$(systemd_entry "$1") && systemd_entry "$2" >/dev/null; then loader=systemd-boot
  elif entry=$(grub_entry "$1") && grub_entry "$2" >/dev/null; then loader=grub
  else no 'neither systemd-boot nor GRUB has both systems in its menu there'
  fi
}
starts() {
  case $loader in
    systemd-boot) systemd_starts "$1" ;;
    grub) grub_starts "$1" ;;
  esac
}
try_once() {
  case $loader in
    systemd-boot)
      [ ! -e "$chosen" ] || no "somebody has chosen which entry it starts; bootctl set-default '' takes that back"
      ;;
    grub) grub_may_try ;;
  esac
  starts "$1" || no 'its boot loader starts something else by default than what was deployed last'
  case $loader in
    systemd-boot) bootctl set-oneshot "$entry" 2>/dev/null || no 'the variables of its firmware cannot be written' ;;
    grub)
      grub-editenv "$grubenv" set "next_entry=$entry" 2>/dev/null || no 'the environment block of GRUB cannot be written'
      ;;
  esac
}
`;

/**
 * Defines `take_back_try`, after which nothing is tried at the next boot; `forget_next_boot`, which takes the mark that says
 * so away too, once what it said before that is on the disk; `write_out PATH`, which waits for the file system of PATH
 * alone where the host's `sync` can: a disk that is slow must not take a watchdog's time.
 */
export const forgetNextBoot = `
take_back_try() {
  if command -v bootctl >/dev/null; then bootctl set-oneshot '' 2>/dev/null; fi
  if grep -q '^next_entry=.' /boot/grub/grubenv 2>/dev/null && command -v grub-editenv >/dev/null; then
    grub-editenv /boot/grub/grubenv unset next_entry
  fi
}
write_out() { sync -f "$1" 2>/dev/null || sync; }
forget_next_boot() {
  [ -e ${nextBootMark} ] || return 0
  take_back_try
  write_out /boot
  rm -f ${nextBootMark} && write_out ${dirname(nextBootMark)}
}
`;
