import type { Generation, RollbackTarget } from '../../../shared/contract/generation.ts';
import { protectedFolder } from '../generations/protected-folder.ts';
import type { HostSession } from './host-session.ts';
import { deployError, deployProblems } from './problems.ts';

const timeLimitMs = 30_000;

/** Each line is a generation, with tabs between number, system, seconds since the epoch, version and kernel. */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
printf 'running\\t%s\\n' "$(readlink -f /run/current-system)"
printf 'booted\\t%s\\n' "$(readlink -f /run/booted-system)"
printf 'next\\t%s\\n' "$(readlink /nix/var/nix/profiles/system)"
for link in /nix/var/nix/profiles/system-*-link; do
  [ -e "$link" ] || continue
  number=\${link##*/system-}
  system=$(readlink -f "$link")
  kernel=$(readlink -f "$system/kernel" 2>/dev/null)
  printf 'generation\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "\${number%-link}" "$system" "$(stat -c %Y "$link")" \\
    "$(head -n 1 "$system/nixos-version" 2>/dev/null)" "\${kernel%/*}"
done
for link in ${protectedFolder}/*; do
  [ ! -L "$link" ] || printf 'protected\\t%s\\t%s\\n' "\${link##*/}" "$(readlink "$link")"
done
echo 'end	yes'
`;

/** Asks a host for its generations, the newest first. @throws ProblemError `deploy-answer-unreadable`, `ssh-*` */
export async function readGenerations(session: HostSession, signal: AbortSignal): Promise<Generation[]> {
  const { stdout, stderr } = await session.exec(['sh', '-c', script], { signal, timeoutMs: timeLimitMs });
  const generations = parseGenerations(stdout);
  if (generations === null) throw deployError(deployProblems.unreadableAnswer(session.place, stderr || stdout));
  return generations;
}

/** Reads the answer; null where it is not whole. */
export function parseGenerations(text: string): Generation[] | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const of = (word: string): string[][] => lines.filter(([first]) => first === word).map(([, ...values]) => values);
  if (of('end').length === 0) return null;
  const [running, booted, next] = ['running', 'booted', 'next'].map((word) => of(word)[0]?.[0] ?? '');
  const marks = new Set(of('protected').map(([number = '', system = '']) => `${number} ${system}`));
  return of('generation')
    .map(([number = '', system = '', seconds = '0', nixosVersion = '', kernel = '']) => ({
      number: Number(number),
      system,
      at: Number(seconds) * 1000,
      nixosVersion,
      kernel: kernel.replace(/^\/nix\/store\/[0-9a-z]{32}-/, ''),
      isRunning: system === running,
      isBooted: system === booted,
      isNext: next === `system-${number}-link`,
      // A number is given again where the newest were deleted: the mark is for this system.
      isProtected: marks.has(`${number} ${system}`),
    }))
    .filter(({ number }) => Number.isSafeInteger(number))
    .toSorted((a, b) => b.number - a.number);
}

/** The generation that is gone back to. @throws ProblemError `deploy-no-generation` */
export function chooseGeneration(host: string, generations: readonly Generation[], to: RollbackTarget): Generation {
  const next = generations.find(({ isNext }) => isNext);
  const chosen = generations.find((one) => {
    if (to === 'previous') return next !== undefined && one.number < next.number;
    return 'generation' in to ? one.number === to.generation : one.at <= to.before;
  });
  if (chosen) return chosen;
  const numbers = generations.map(({ number }) => number).join(', ');
  throw deployError(
    deployProblems.noGeneration(host, describeRollback(to), `Its generations are: ${numbers || 'none'}`),
  );
}

/** For example `to generation 12`. */
export function describeRollback(to: RollbackTarget): string {
  if (to === 'previous') return 'to the generation before';
  return 'generation' in to ? `to generation ${to.generation}` : `to ${new Date(to.before).toLocaleString('sv-SE')}`;
}
