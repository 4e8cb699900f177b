/**
 * Small POSIX shell programs that an install runs on the machine as root, beside nixos-anywhere. Values come as
 * arguments or on standard input, never inside of the text.
 */

type Argv = [string, ...string[]];
const script =
  (text: string) =>
  (...words: string[]): Argv => ['sh', '-c', text, 'sh', ...words];

/** Lets the install's key (standard input, one line) log in; says `added` or `known`. */
export const authorizeArgv = script(`
umask 077
IFS= read -r key
file=\${HOME:-/root}/.ssh/authorized_keys
mkdir -p "\${file%/*}"
touch "$file"
if grep -qxF "$key" "$file"; then echo known; exit 0; fi
# A file whose last line has no end would swallow ours.
if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then echo >>"$file"; fi
printf '%s\\n' "$key" >>"$file" && echo added
`);

/** Takes the key (standard input) away again, and the file or folder with it where nothing else was in it. */
export const forgetKeyArgv = script(`
umask 077
IFS= read -r key
file=\${HOME:-/root}/.ssh/authorized_keys
[ -e "$file" ] || exit 0
grep -vxF "$key" "$file" >"$file.nixstead" || :
cat "$file.nixstead" >"$file"
rm -f "$file.nixstead"
if [ "$1" = made-folder ] && [ ! -s "$file" ]; then rm -f "$file"; rmdir "\${file%/*}" 2>/dev/null || :; fi
exit 0
`);

/** Whether authorized_keys was there before: \`made-folder\`, \`made-file\` or \`was-there\`. */
export const keyFileArgv = script(`
folder=\${HOME:-/root}/.ssh
if [ ! -d "$folder" ]; then echo made-folder
elif [ ! -e "$folder/authorized_keys" ]; then echo made-file
else echo was-there; fi
`);

/** What each device of a layout really is, a line \`DEVICE<tab>PATH\` each; no line for one that is not there. */
export const resolveArgv = script(`
for device in "$@"; do
  if [ -b "$device" ]; then printf '%s\\t%s\\n' "$device" "$(readlink -f "$device")"; fi
done
`);

/** Takes away what an earlier attempt left mounted or open, so that disks are free. Touches nothing on them. */
export const releaseArgv = script(`
PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
swapoff -a 2>/dev/null
umount -R /mnt 2>/dev/null || umount -R -l /mnt 2>/dev/null
if command -v zpool >/dev/null 2>&1; then zpool export -a 2>/dev/null; fi
if command -v vgchange >/dev/null 2>&1; then vgchange -an >/dev/null 2>&1; fi
if command -v cryptsetup >/dev/null 2>&1; then
  for opened in /dev/mapper/*; do
    name=\${opened##*/}
    if [ "$name" != control ] && [ "$name" != '*' ]; then cryptsetup close "$name" 2>/dev/null; fi
  done
fi
if command -v mdadm >/dev/null 2>&1; then mdadm --stop --scan 2>/dev/null; fi
if command -v udevadm >/dev/null 2>&1; then udevadm settle 2>/dev/null; fi
if grep -q ' /mnt[ /]' /proc/self/mountinfo 2>/dev/null; then echo busy; fi
exit 0
`);

/** Says `mounted` where the new file systems are at /mnt: what is copied there would else fill the installer's memory. */
export const isMountedArgv: Argv = script(`grep -q ' /mnt ' /proc/self/mountinfo && echo mounted`)();

/** What names the boot that a machine is in: another one after each. */
export const bootIdArgv: Argv = ['cat', '/proc/sys/kernel/random/boot_id'];

/** What is in the machine, as a NixOS module. Exit status 127: it has no such program. */
export const hardwareArgv: Record<'nixos-generate-config' | 'nixos-facter', Argv> = {
  'nixos-generate-config': ['nixos-generate-config', '--show-hardware-config', '--no-filesystems'],
  'nixos-facter': ['nixos-facter'],
};
