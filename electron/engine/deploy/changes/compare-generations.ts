import type { GenerationComparison } from '../../../../shared/contract/generation.ts';
import type { HostSession } from '../host-session.ts';
import { deployError, deployProblems } from '../problems.ts';
import { readSizeLine } from './ask-target.ts';
import { bytesOnlyIn, packageChanges } from './package-changes.ts';

const timeLimitMs = 120_000;

/** Prints `before` or `after`, a tab and a line of `nix path-info --size` for each path; at the end, the parts of both. */
const script = `
PATH="$PATH:/run/current-system/sw/bin:/nix/var/nix/profiles/default/bin:/usr/sbin:/usr/bin:/sbin:/bin"
sizes() { nix --extra-experimental-features nix-command path-info --recursive --size "$2" 2>/dev/null | sed "s/^/$1	/"; }
sizes before "$1"
sizes after "$2"
for name in kernel initrd kernel-modules systemd; do
  printf 'part\\t%s\\t%s\\t%s\\n' "$name" "$(readlink -f "$1/$name")" "$(readlink -f "$2/$name")"
done
echo 'end	yes'
`;

/** What is different between two systems that a host has. @throws ProblemError `deploy-answer-unreadable`, `ssh-*` */
export async function compareGenerations(
  session: HostSession,
  before: string,
  after: string,
  signal: AbortSignal,
): Promise<GenerationComparison> {
  let text = '';
  await session.exec(['sh', '-c', script, 'sh', before, after], {
    signal,
    timeoutMs: timeLimitMs,
    onOutput: (piece, stream) => {
      if (stream === 'stdout') text += piece;
    },
  });
  const comparison = parseComparison(text);
  if (comparison === null) {
    throw deployError(deployProblems.unreadableAnswer(session.place, 'its answer ended too early'));
  }
  return comparison;
}

/** Reads the answer; null where it is not whole. */
export function parseComparison(text: string): GenerationComparison | null {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const of = (word: string): string[][] => lines.filter(([first]) => first === word).map(([, ...values]) => values);
  if (of('end').length === 0) return null;
  const [olds, news] = ['before', 'after'].map((word) => of(word).flatMap((values) => readSizeLine(values.join(' '))));
  if (olds === undefined || news === undefined) return null;
  return {
    packages: packageChanges(olds, news),
    addedBytes: bytesOnlyIn(news, olds),
    removedBytes: bytesOnlyIn(olds, news),
    rebootFor: of('part').flatMap(([name = '', old, now]) => (old === now ? [] : [name])),
  };
}
