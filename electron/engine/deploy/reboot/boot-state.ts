import type { HostSession } from '../host-session.ts';
import { deployError, deployProblems } from '../problems.ts';

/** What a machine says of its boot. */
export interface BootState {
  /** Another one after every boot (random(4)). */
  readonly bootId: string;
  readonly currentSystem: string | null;
  readonly bootedSystem: string | null;
  /** Parts that only a restart brings, where those of the system in question are not those that were booted. */
  readonly changed: readonly string[];
  /** False while systemd still starts units. */
  readonly isUp: boolean;
}

const timeLimitMs = 20_000;

/** Each line is a word, a tab and a value; read by any POSIX shell. */
const script = `
system=$1
PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
printf 'boot\\t%s\\n' "$(cat /proc/sys/kernel/random/boot_id)"
printf 'current\\t%s\\n' "$(readlink -f /run/current-system)"
printf 'booted\\t%s\\n' "$(readlink -f /run/booted-system)"
for part in kernel initrd kernel-modules systemd; do
  if [ -e "/run/booted-system/$part" ] && [ -e "$system/$part" ] &&
    [ "$(readlink -f "/run/booted-system/$part")" != "$(readlink -f "$system/$part")" ]; then
    printf 'changed\\t%s\\n' "$part"
  fi
done
printf 'state\\t%s\\n' "$(systemctl is-system-running 2>/dev/null)"
echo 'end	yes'
`;

/** @throws ProblemError `deploy-answer-unreadable`, `ssh-*` */
export async function readBootState(session: HostSession, system: string, signal: AbortSignal): Promise<BootState> {
  const { stdout, stderr } = await session.exec(['sh', '-c', script, 'sh', system], { signal, timeoutMs: timeLimitMs });
  const state = parseBootState(stdout);
  if (state === null) throw deployError(deployProblems.unreadableAnswer(session.place, stderr || stdout));
  return state;
}

/** Reads the answer; null where it is not whole. */
export function parseBootState(text: string): BootState | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const of = (word: string): string[] => lines.flatMap(([first, value = '']) => (first === word ? [value.trim()] : []));
  const [bootId = ''] = of('boot');
  if (of('end').length === 0 || bootId === '') return null;
  return {
    bootId,
    currentSystem: of('current')[0] || null,
    bootedSystem: of('booted')[0] || null,
    changed: of('changed'),
    isUp: !['initializing', 'starting'].includes(of('state')[0] ?? ''),
  };
}
