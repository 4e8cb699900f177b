import { parseFreeSpace } from '../../nix/free-space.ts';
import type { HostSession } from '../host-session.ts';
import type { SizedPath } from './package-changes.ts';

/** What a plan needs to know of a host beyond what it runs. */
export interface TargetAnswer {
  /** The running system with all that it needs. */
  readonly closure: readonly SizedPath[];
  /** The system in question, where the target has built it itself. */
  readonly own: readonly SizedPath[];
  /** The parts of the booted system that only a reboot changes, by name: kernel, initrd, kernel-modules, systemd. */
  readonly booted: ReadonlyMap<string, string>;
  /** Of the system in question, where the target has it. */
  readonly parts: ReadonlyMap<string, string>;
  /** Kernels and initrds that lie in /boot for some generation. */
  readonly bootFiles: ReadonlySet<string>;
  readonly revision: string | null;
  readonly space: readonly { readonly mountpoint: string; readonly path: string; readonly availableBytes: number }[];
}

const timeLimitMs = 120_000;

/**
 * Each line is a word, a tab and values with tabs between. `path-info` prints a line of path and size with every
 * version of nix.
 */
const script = `
new=$1
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/sbin:/usr/bin:/sbin:/bin"
sizes() { nix --extra-experimental-features nix-command path-info --recursive --size "$2" 2>/dev/null | sed "s/^/$1	/"; }
part() { if [ -e "$2/$3" ]; then printf '%s\\t%s\\t%s\\n' "$1" "$3" "$(readlink -f "$2/$3")"; fi; }
system=$(readlink -f /run/current-system)
[ -z "$system" ] || sizes path "$system"
if [ -e "$new" ]; then sizes own "$new"; fi
for name in kernel initrd kernel-modules systemd; do part booted /run/booted-system "$name"; part part "$new" "$name"; done
for link in /nix/var/nix/profiles/system-*-link; do
  for name in kernel initrd; do if [ -e "$link/$name" ]; then printf 'boot\\t%s\\n' "$(readlink -f "$link/$name")"; fi; done
done
printf 'revision\\t%s\\n' "$(nixos-version --configuration-revision 2>/dev/null)"
for path in /nix/store /boot; do
  df -P -k "$path" 2>/dev/null | sed -n "2s|^|space	$path	|p"
done
echo 'end	yes'
`;

/** Asks a host in one round trip. null: its answer is not whole. @throws ProblemError `ssh-*` */
export async function askTarget(
  session: HostSession,
  system: string,
  signal: AbortSignal,
): Promise<TargetAnswer | null> {
  let text = '';
  await session.exec(['sh', '-c', script, 'sh', system], {
    signal,
    timeoutMs: timeLimitMs,
    onOutput: (piece, stream) => {
      if (stream === 'stdout') text += piece;
    },
  });
  return parseTargetAnswer(text);
}

/** Reads the answer; null where it is not whole. */
export function parseTargetAnswer(text: string): TargetAnswer | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const of = (word: string): string[][] => lines.filter(([first]) => first === word).map(([, ...values]) => values);
  if (of('end').length === 0) return null;
  const pairs = (word: string) => new Map(of(word).map(([name = '', path = '']) => [name, path]));
  return {
    closure: of('path').flatMap(readSize),
    own: of('own').flatMap(readSize),
    booted: pairs('booted'),
    parts: pairs('part'),
    bootFiles: new Set(of('boot').map(([path = '']) => path)),
    revision: of('revision')[0]?.[0] || null,
    space: of('space').flatMap(([path = '', line = '']) => {
      const space = parseFreeSpace(line);
      return space ? [{ path, ...space }] : [];
    }),
  };
}

/** nix pads with tabs or spaces, and so the values after the path are joined again. */
function readSize(values: readonly string[]): SizedPath[] {
  return readSizeLine(values.join(' '));
}

/** A line of `nix path-info --size`. */
export function readSizeLine(line: string): SizedPath[] {
  const found = /^(\/nix\/store\/\S+)\s+(\d+)$/.exec(line.trim());
  return found ? [{ path: found[1] ?? '', bytes: Number(found[2]) }] : [];
}

/** The paths that a host does not have yet. @throws ProblemError `ssh-*` */
export async function missingThere(
  session: HostSession,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const { stdout } = await session.exec(['xargs', 'nix-store', '--check-validity', '--print-invalid'], {
    stdin: `${paths.join('\n')}\n`,
    signal,
    timeoutMs: timeLimitMs,
  });
  return new Set(stdout.split('\n').filter((line) => line !== ''));
}
