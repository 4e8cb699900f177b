/**
 * Puts a machine's store, names and accounts over those of this computer, in a mount namespace of the program alone.
 * $1 is the machine's root; the rest is the command.
 */
const overlay = `
root=$1
shift
mkdir -p /nix "$root/nix"
mount --bind "$root/nix" /nix
for file in /etc/hosts /etc/passwd; do mount --bind "$root$file" "$file"; done
exec "$@"
`;

/**
 * The words before a command that run a program of this computer, with its libraries and its display, in a machine's
 * network and with that machine's Nix store, host names and accounts. For programs that Debian's small tree in the
 * machine has no libraries for.
 * @param inSwitch enters the mount namespace in which the machine's root is mounted
 */
export function besideMachine(inSwitch: readonly string[], root: string, networkFile: string): string[] {
  return [
    ...inSwitch,
    ...['nsenter', `--net=${networkFile}`, '--'],
    ...['unshare', '--mount', '--propagation', 'private', '--'],
    ...['sh', '-ec', overlay, 'sh', root],
  ];
}
