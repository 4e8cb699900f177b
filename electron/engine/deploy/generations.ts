import type { Generation, RollbackTarget } from '../../../shared/contract/generation.ts';
import type { ProblemError } from '../errors.ts';
import { protectedFolder } from '../generations/protected-folder.ts';
import type { HostSession } from './host-session.ts';
import { deployError, deployProblems } from './problems.ts';
import { toplevelFunction } from '../fleet/status/toplevel.ts';
import { trialFunction } from './reboot/trial.ts';

const timeLimitMs = 30_000;

/** Each line is a generation, with tabs between number, system, seconds since the epoch, version, kernel and what the profile is. */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
${toplevelFunction}
printf 'running\\t%s\\n' "$(readlink -f /run/current-system)"
printf 'booted\\t%s\\t%s\\n' "$(readlink -f /run/booted-system)" "$(stat -c %.Y /run/booted-system 2>/dev/null)"
printf 'now\\t%s\\n' "$(date +%s.%N)"
printf 'next\\t%s\\n' "$(readlink /nix/var/nix/profiles/system)"
${trialFunction}
! runs_on_trial || echo 'trial	yes'
for link in /nix/var/nix/profiles/system-*-link; do
  [ -e "$link" ] || continue
  number=\${link##*/system-}
  system=$(toplevel "$link")
  kernel=$(readlink -f "$system/kernel" 2>/dev/null)
  printf 'generation\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "\${number%-link}" "$system" "$(stat -c %Y "$link")" \\
    "$(head -n 1 "$system/nixos-version" 2>/dev/null)" "\${kernel%/*}" "$(readlink -f "$link")"
done
for link in ${protectedFolder}/*; do
  [ ! -L "$link" ] || printf 'protected\\t%s\\t%s\\n' "\${link##*/}" "$(readlink "$link")"
done
echo 'end	yes'
`;

/** A host's system profile, and what else it says of when it ran what. */
export interface Profile {
  /** The newest first. */
  readonly generations: readonly Generation[];
  /** The system that runs; null: it does not say. */
  readonly running: string | null;
  /** What it was started with, and when by its own clock, ms since the epoch; null: it does not say. */
  readonly booted: { readonly system: string; readonly at: number } | null;
  /** How much its clock is ahead of this computer's. */
  readonly aheadMs: number;
}

/** Asks a host for its system profile. @throws ProblemError `deploy-answer-unreadable`, `ssh-*` */
export async function readProfile(session: HostSession, signal: AbortSignal): Promise<Profile> {
  const asked = Date.now();
  const { stdout, stderr } = await session.exec(['sh', '-c', script], { signal, timeoutMs: timeLimitMs });
  const profile = parseProfile(stdout, (asked + Date.now()) / 2);
  if (profile === null) throw deployError(deployProblems.unreadableAnswer(session.place, stderr || stdout));
  return profile;
}

/** Asks a host for its generations, the newest first. @throws as {@link readProfile} */
export async function readGenerations(session: HostSession, signal: AbortSignal): Promise<Generation[]> {
  return [...(await readProfile(session, signal)).generations];
}

/** Reads the answer; null where it is not whole. @param now when it was made by this computer's clock */
export function parseProfile(text: string, now: number): Profile | null {
  const generations = parseGenerations(text);
  if (generations === null) return null;
  const lines = text.split('\n').map((line) => line.split('\t'));
  const value = (word: string, index = 1): string => lines.find(([first]) => first === word)?.[index] ?? '';
  const ms = (seconds: string): number | null => (/^\d+(\.\d+)?$/.test(seconds) ? Number(seconds) * 1000 : null);
  const [system, startedAt] = [value('booted'), ms(value('booted', 2))];
  const booted = system === '' || startedAt === null ? null : { system, at: startedAt };
  return { generations, running: value('running') || null, booted, aheadMs: (ms(value('now')) ?? now) - now };
}

/** Reads the answer; null where it is not whole. */
export function parseGenerations(text: string): Generation[] | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const of = (word: string): string[][] => lines.filter(([first]) => first === word).map(([, ...values]) => values);
  if (of('end').length === 0) return null;
  const [running, booted, next] = ['running', 'booted', 'next'].map((word) => of(word)[0]?.[0] ?? '');
  const held = of('trial').length > 0 ? ({ isHeldByTrial: true } as const) : {};
  const marks = new Set(of('protected').map(([number = '', system = '']) => `${number} ${system}`));
  return of('generation')
    .map(([number = '', system = '', seconds = '0', nixosVersion = '', kernel = '', profile = system]) => ({
      number: Number(number),
      system,
      profile,
      at: Number(seconds) * 1000,
      nixosVersion,
      kernel: kernel.replace(/^\/nix\/store\/[0-9a-z]{32}-/, ''),
      isRunning: system === running,
      isBooted: system === booted,
      isNext: next === `system-${number}-link`,
      // A number is given again where the newest were deleted: the mark is for this one.
      isProtected: marks.has(`${number} ${profile}`),
      ...held,
    }))
    .filter(({ number }) => Number.isSafeInteger(number))
    .toSorted((a, b) => b.number - a.number);
}

/** A generation by its number. @throws ProblemError `deploy-no-generation` */
export function chooseGeneration(
  host: string,
  generations: readonly Generation[],
  to: Extract<RollbackTarget, { generation: number }>,
): Generation {
  const chosen = generations.find(({ number }) => number === to.generation);
  if (chosen === undefined) throw noGeneration(host, describeRollback(to), generations);
  return chosen;
}

/** @param ran what is wanted, where it is known and no generation has it */
export function noGeneration(host: string, to: string, generations: readonly Generation[], ran?: string): ProblemError {
  const numbers = generations.map(({ number }) => number).join(', ');
  const wanted = ran === undefined ? '' : `It ran ${ran}, which no generation of it is.\n`;
  return deployError(deployProblems.noGeneration(host, to, `${wanted}Its generations are: ${numbers || 'none'}`));
}

/** For example `to generation 12`. */
export function describeRollback(to: RollbackTarget): string {
  if (to === 'previous') return 'to what it ran before';
  return 'generation' in to ? `to generation ${to.generation}` : `to ${moment(to.before)}`;
}

/** A time here, for a person: `2026-11-24 18:00:00`. */
export function moment(at: number): string {
  return new Date(at).toLocaleString('sv-SE');
}
