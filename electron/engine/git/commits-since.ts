import { git } from './core.ts';

/** A commit as a person reads it. */
export interface Commit {
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly subject: string;
}

const mostCommits = 200;
const revision = /^[0-9a-f]{7,64}$/;

/** What was committed after a revision, the newest first; null where git does not know the revision. */
export async function commitsSince(
  cwd: string,
  from: string,
  signal?: AbortSignal,
): Promise<{ from: string; to: string; list: Commit[] } | null> {
  const clean = from.replace(/-dirty$/, '');
  if (!revision.test(clean)) return null;
  const known = await git(['cat-file', '-e', `${clean}^{commit}`], { cwd, signal, expectedExitCodes: [0, 1, 128] });
  if (known.exitCode !== 0) return null;
  const head = await git(['rev-parse', 'HEAD'], { cwd, signal });
  const log = await git(['log', `--max-count=${mostCommits}`, '--format=%H%x09%ct%x09%s', `${clean}..HEAD`], {
    cwd,
    signal,
  });
  const list = log.stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [hash = '', at = '0', ...subject] = line.split('\t');
      return { hash, at: Number(at) * 1000, subject: subject.join('\t') };
    });
  return { from, to: head.stdout.toString('utf8').trim(), list };
}
