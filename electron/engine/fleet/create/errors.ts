import { ProblemError } from '../../errors.ts';

/** Files of a new fleet or host are already there; nothing was written. */
export function filesExist(folder: string, files: readonly string[]): ProblemError {
  return new ProblemError({
    code: 'fleet-files-exist',
    title: files.length === 1 ? 'A file is already there' : `${files.length} files are already there`,
    evidence: files.join('\n'),
    advice: [`Nothing was written. Choose another folder, or move these files out of ${folder}.`],
  });
}

/** The folder cannot be written to. */
export function cannotWrite(path: string, cause: unknown): ProblemError {
  return new ProblemError(
    {
      code: 'fleet-cannot-write',
      title: `${path} cannot be written`,
      evidence: cause instanceof Error ? cause.message : String(cause),
      advice: ['Choose a folder that you may write to.'],
    },
    { cause },
  );
}

/** A value for a new fleet or host that would not work; `reason` completes "The host name ...". */
export function badValue(what: string, value: string, reason: string): ProblemError {
  return new ProblemError({
    code: 'fleet-bad-value',
    title: `The ${what} ${reason}`,
    evidence: value,
    advice: ['Choose another one; nothing was written.'],
  });
}

/** A flake that was not made by us: its hosts are declared in a way that only its owner knows. */
export function foreignLayout(folder: string): ProblemError {
  return new ProblemError({
    code: 'fleet-foreign-layout',
    title: 'This flake declares its hosts in a way of its own',
    evidence: `${folder}/flake.nix neither finds hosts by ./hosts/<name>/host.nix nor lists them in ‘hosts’`,
    advice: ['Add the host as the flake does for its others, then open the fleet again.'],
  });
}
