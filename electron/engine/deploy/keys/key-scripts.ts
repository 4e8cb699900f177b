import { keysMark } from '../../fleet/status/probe.ts';
import { asRoot, type Argv } from '../privilege.ts';
import type { DeploymentKey } from './read-keys.ts';

/** Exit status of the scripts below where the owner does not exist. */
export const ownerMissingExit = 21;
/** What {@link writeKeyArgv}'s script prints where the owner has yet to come. */
export const ownerLater = 'owner-later';

/**
 * Takes the value from stdin. It is written to a temporary file beside its place, gets its owner and mode there, and is
 * moved into place as a whole: nobody reads half of it, and nobody reads it who may not. A folder that is missing is made
 * as NixOS makes /run/keys (0750, group keys) or open to be entered; one that is there is left as it is.
 */
const writeKey = `
set -eu
folder=$1 name=$2 owner=$3 mode=$4 may_wait=$5
if [ ! -d "$folder" ]; then
  (umask 022; mkdir -p -- "$folder")
  if [ "$folder" = /run/keys ]; then chmod 0750 /run/keys; chgrp keys /run/keys 2>/dev/null || chmod 0755 /run/keys; fi
fi
umask 077
new=$(mktemp -- "$folder/.$name.XXXXXXXXXX")
trap 'rm -f -- "$new"' EXIT
trap 'exit 1' HUP INT TERM
cat >"$new"
if ! said=$(chown -- "$owner" "$new" 2>&1); then
  case $said in *invalid*) ;; *) printf '%s\\n' "$said" >&2; exit 1 ;; esac
  if [ "$may_wait" != yes ]; then printf '%s\\n' "$said" >&2; exit ${ownerMissingExit}; fi
  echo ${ownerLater}
  mode=0600
fi
chmod -- "$mode" "$new"
mv -fT -- "$new" "$folder/$name"
`;

/** Gives a key that is there its owner, and then its mode. */
const giveKey = `
set -eu
if ! said=$(chown -- "$2" "$1" 2>&1); then
  printf '%s\\n' "$said" >&2
  case $said in *invalid*) exit ${ownerMissingExit} ;; *) exit 1 ;; esac
fi
chmod -- "$3" "$1"
`;

/**
 * Writes a key on the host; its value goes to stdin and nowhere else.
 * @param mayWait true where the owner may come with the activation: until then the key is root's alone
 */
export function writeKeyArgv(key: DeploymentKey, mayWait: boolean, privilege: readonly string[]): Argv {
  const words = [key.destDir, key.name, `${key.user}:${key.group}`, key.permissions, mayWait ? 'yes' : 'no'];
  return asRoot(privilege, ['sh', '-c', writeKey, 'nixstead-key', ...words]);
}

/** Gives a written key to its owner. */
export function giveKeyArgv(key: DeploymentKey, privilege: readonly string[]): Argv {
  const words = [keyPath(key), `${key.user}:${key.group}`, key.permissions];
  return asRoot(privilege, ['sh', '-c', giveKey, 'nixstead-key', ...words]);
}

/** Writes the boot in which keys came, and their paths; without any path, takes that away. */
const markKeys = `
set -eu
mark=${keysMark}
if [ $# = 0 ]; then rm -f -- "$mark"; exit; fi
mkdir -p -- "\${mark%/*}"
{ cat /proc/sys/kernel/random/boot_id; printf '%s\\n' "$@"; } >"$mark.new"
chmod 0644 "$mark.new"
mv -fT -- "$mark.new" "$mark"
`;

/** Leaves a mark of keys that a restart takes away, so that they are missed when they are gone. */
export function markKeysArgv(keys: readonly DeploymentKey[], privilege: readonly string[]): Argv {
  const paths = keys.map(keyPath).filter((path) => path.startsWith('/run/'));
  return asRoot(privilege, ['sh', '-c', markKeys, 'nixstead-key', ...paths]);
}

/** Where a key lies on its host. */
export function keyPath({ destDir, name }: DeploymentKey): string {
  return `${destDir.replace(/\/+$/, '')}/${name}`;
}
