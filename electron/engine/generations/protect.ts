import type { HostSession } from '../deploy/host-session.ts';
import { asRoot } from '../deploy/privilege.ts';
import { protectedFolder } from './protected-folder.ts';
import { generationError, generationProblems } from './problems.ts';

const timeLimitMs = 30_000;

const script = `
set -eu
PATH="$PATH:/run/current-system/sw/bin:/usr/sbin:/usr/bin:/sbin:/bin"
folder=$1 number=$2
if [ "$3" = yes ]; then
  system=$(readlink -e "/nix/var/nix/profiles/system-$number-link")
  mkdir -p -- "$folder"
  ln -sfn -- "$system" "$folder/$number"
else
  rm -f -- "$folder/$number"
  rmdir -- "$folder" 2>/dev/null || :
fi
`;

/**
 * Marks a generation of a host as one that is not deleted, or takes the mark away.
 * @param privilege what root's commands begin with; empty for root
 * @throws ProblemError `generation-not-protected`, `ssh-*`
 */
export async function protectGeneration(
  session: HostSession,
  { number, isProtected, privilege }: { number: number; isProtected: boolean; privilege: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const words = [protectedFolder, String(number), isProtected ? 'yes' : 'no'];
  const argv = asRoot(privilege, ['sh', '-c', script, 'nixstead-protect', ...words]);
  const { exitCode, stdout, stderr } = await session.exec(argv, { signal, timeoutMs: timeLimitMs });
  if (exitCode !== 0) throw generationError(generationProblems.notProtected(session.place, number, stderr || stdout));
}
