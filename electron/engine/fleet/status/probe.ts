import { pendingBoot, type PendingBoot } from '../../../../shared/contract/host.ts';
import { toplevelFunction } from './toplevel.ts';

/** What a machine says of itself in one round trip. Paths are absolute store paths; null: it has no such thing. */
export interface MachineFacts {
  readonly currentSystem: string | null;
  readonly bootedSystem: string | null;
  /** The system that the system profile leads to, also where the profile is more than that. */
  readonly profileSystem: string | null;
  /** There where the system profile is no system but has one in it, as deploy-rs makes it: what the profile is. */
  readonly profilePath?: string;
  readonly generation: number | null;
  readonly nixosVersion: string | null;
  readonly failedUnits: readonly string[];
  readonly hasNix: boolean;
  readonly needsReboot: boolean;
  /** There where the boot loader tries the profile's system once, and its default is another (`deploy/reboot`). */
  readonly pendingBoot?: PendingBoot;
  /** There where a key that was uploaded is not there since a restart. */
  readonly areKeysGone?: true;
}

/**
 * A file on a machine whose next boot is guarded. It names the system that is tried and is not the default yet, in its
 * second line the boot in which that was set (boot_id of random(4)), and in its third what was broken then
 * (`deploy/health/broken.ts`).
 */
export const nextBootMark = '/var/lib/nixstead/next-boot';

/**
 * Prints the units of a machine that NixOS's switch-to-configuration calls failed, one a line: those that are, and services
 * that failed and wait to be started anew. One that ended well and waits for that is none of them.
 */
export const failedUnitsScript = `
units=$(systemctl list-units --state=failed,auto-restart --plain --no-legend --no-pager --full) || exit
echo "$units" | while read -r unit load active rest; do
  [ -n "$unit" ] || continue
  [ "$active" = failed ] || [ "$(systemctl show --property=ExecMainStatus --value -- "$unit")" != 0 ] || continue
  echo "$unit"
done
`;

/**
 * A file on a machine that keys were uploaded to. Its first line is the boot in which that was (boot_id of random(4)), each
 * other one the path of a key that a restart takes away.
 */
export const keysMark = '/var/lib/nixstead/keys';

/**
 * Read by any POSIX shell; the same text for every machine, so nothing of the fleet is in it. Each line is a word, a
 * tab and a value. What a machine lacks (systemctl, the profile) is an empty value, never an error.
 *
 * A reboot is due where kernel, initrd or kernel modules of what was booted are not those that would be booted now
 * (the test of the NixOS wiki and of system.autoUpgrade).
 */
export const probeScript = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/sbin:/usr/bin:/sbin:/bin"
profile=/nix/var/nix/profiles/system
real() { readlink -f "$1" 2>/dev/null || :; }
existing() { if [ -e "$1" ]; then real "$1"; fi; }
${toplevelFunction}
next=
[ ! -e "$profile" ] || next=$(toplevel "$profile")
printf 'current\\t%s\\n' "$(existing /run/current-system)"
printf 'booted\\t%s\\n' "$(existing /run/booted-system)"
printf 'profile\\t%s\\n' "$next"
printf 'profile-path\\t%s\\n' "$(existing "$profile")"
printf 'generation\\t%s\\n' "$(readlink "$profile" 2>/dev/null)"
printf 'version\\t%s\\n' "$(head -n 1 /run/current-system/nixos-version 2>/dev/null)"
if command -v nix-store >/dev/null 2>&1 || command -v nix >/dev/null 2>&1; then echo 'nix	yes'; else echo 'nix	no'; fi
if [ -e /run/booted-system ] && [ -n "$next" ]; then
  for part in kernel initrd kernel-modules; do
    if [ "$(real "/run/booted-system/$part")" != "$(real "$next/$part")" ]; then echo 'reboot	yes'; break; fi
  done
fi
if [ -n "$next" ] && [ "$(head -n 1 ${nextBootMark} 2>/dev/null)" = "$next" ]; then
  if [ "$(sed -n 2p ${nextBootMark})" = "$(cat /proc/sys/kernel/random/boot_id)" ]; then echo 'next	waiting'
  elif [ "$(real /run/booted-system)" = "$next" ]; then echo 'next	up'
  else echo 'next	went-back'; fi
fi
if [ -e ${keysMark} ] && [ "$(head -n 1 ${keysMark})" != "$(cat /proc/sys/kernel/random/boot_id)" ]; then
  sed 1d ${keysMark} | while IFS= read -r key; do
    # Into a folder of root's nobody else can look.
    [ -e "$key" ] || { [ -d "\${key%/*}" ] && [ ! -x "\${key%/*}" ]; } || { echo 'keys	gone'; break; }
  done
fi
if command -v systemctl >/dev/null 2>&1; then
  {${failedUnitsScript}} 2>/dev/null | while read -r unit; do printf 'failed\\t%s\\n' "$unit"; done
fi
echo 'end	yes'
`;

/** Reads the probe's output; null where it is not whole. */
export function parseProbe(output: string): MachineFacts | null {
  const values = Map.groupBy(
    output.split('\n').flatMap((line) => {
      const tab = line.indexOf('\t');
      return tab === -1 ? [] : [{ word: line.slice(0, tab), value: line.slice(tab + 1).trim() }];
    }),
    ({ word }) => word,
  );
  const first = (word: string): string | null => values.get(word)?.[0]?.value || null;
  if (first('end') === null) return null;
  const pending = pendingBoot.safeParse(first('next'));
  const [profileSystem, profilePath] = [first('profile'), first('profile-path')];
  const link = /^system-(\d+)-link$/.exec(first('generation') ?? '');
  return {
    currentSystem: first('current'),
    bootedSystem: first('booted'),
    profileSystem,
    ...(profilePath === null || profilePath === profileSystem ? {} : { profilePath }),
    generation: link === null ? null : Number(link[1]),
    nixosVersion: first('version'),
    failedUnits: (values.get('failed') ?? []).map(({ value }) => value).filter((unit) => unit !== ''),
    hasNix: first('nix') === 'yes',
    needsReboot: first('reboot') === 'yes',
    ...(pending.success ? { pendingBoot: pending.data } : {}),
    ...(first('keys') === 'gone' ? { areKeysGone: true } : {}),
  };
}
