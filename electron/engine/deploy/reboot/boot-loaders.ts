import { nextBootMark } from '../../fleet/status/probe.ts';

/**
 * Shell for root on a host: how its boot loader is told to try a system once, and keeps another as its default.
 *
 * systemd-boot: `bootctl set-oneshot` (LoaderEntryOneShot of the Boot Loader Interface), which the loader itself takes
 * away before it starts the entry. What entries are called differs between releases, so they are found by what they start;
 * a count of tries in a file's name is no part of what the entry is called.
 *
 * GRUB: `next_entry` of its environment block, which NixOS's grub.cfg reads and takes away (install-grub.pl writes that
 * whatever `boot.loader.grub.default` is). GRUB writes there only on a plain disk and on file systems that keep no
 * checksums (its manual, "The GRUB environment block"); elsewhere it would try the system at every boot. An entry is named
 * by its titles with `>` between them, and `>>` for one in a title. Its first entry is the system whose
 * switch-to-configuration ran last.
 */

export const bootPath = 'PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"';

/**
 * Defines `find_entry SYSTEM OTHER`, which leaves `loader` and `entry`, and `try_once OTHER`, to be run when OTHER is the
 * default. Both call `no` with why it cannot be.
 */
export const tryOnceFunctions = `
grub=/boot/grub/grub.cfg grubenv=/boot/grub/grubenv
systemd_entry() {
  command -v bootctl >/dev/null && boot=$(bootctl --print-boot-path 2>/dev/null) || return 1
  file=$(grep -lF "init=$1/init" "$boot"/loader/entries/*.conf 2>/dev/null | head -n 1)
  [ -n "$file" ] && echo "\${file##*/}" | sed 's/[+][0-9-]*[.]conf$/.conf/'
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
  command -v grub-editenv >/dev/null ||
    no 'grub-editenv is not there; environment.systemPackages = [ pkgs.grub2 ]; brings it'
  set -- $(findmnt --noheadings --output FSTYPE,SOURCE --target /boot/grub)
  case $1 in
    ext[234] | vfat | xfs) ;;
    *) no "GRUB cannot write to $1, where its /boot is; it can to a /boot of its own with ext4 or vfat" ;;
  esac
  disk=$(readlink -f "\${2%%\\[*}")
  case $(readlink -f "/sys/class/block/\${disk##*/}") in
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
try_once() {
  case $loader in
    systemd-boot) bootctl set-oneshot "$entry" 2>/dev/null ;;
    grub)
      grub_may_try
      grub_starts "$1" && grub-editenv "$grubenv" set "next_entry=$entry" 2>/dev/null
      ;;
  esac
}
`;

/** Defines `forget_next_boot`: nothing is tried at the next boot any more, and the mark that says so is gone. */
export const forgetNextBoot = `
forget_next_boot() {
  [ -e ${nextBootMark} ] || return 0
  if command -v bootctl >/dev/null; then bootctl set-oneshot '' 2>/dev/null; fi
  if grep -q '^next_entry=.' /boot/grub/grubenv 2>/dev/null && command -v grub-editenv >/dev/null; then
    grub-editenv /boot/grub/grubenv unset next_entry
  fi
  rm -f ${nextBootMark}
}
`;
