import { configEnvironment, type GitConfigEntry } from './config-environment.ts';
import { git, type GitOptions, type GitResult } from './core.ts';

/** A missing object of a partial clone is not fetched: its remote's configuration may name programs too. */
const noFetching = { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: '' };

/**
 * Runs git to look at a work tree that somebody only opened. A repository's own configuration, files that it includes
 * among it, may name programs that git would run on the files (`filter.NAME.clean` and `process`) or to fetch what is
 * missing; a look runs none of them. Filters of the person's own configuration stay as they are.
 * @throws as {@link git}
 */
export async function lookWithGit(argv: readonly [string, ...string[]], options: GitOptions): Promise<GitResult> {
  const entries = await withoutOwnFilters(options);
  return git(argv, { ...options, env: { ...noFetching, ...configEnvironment(entries) } });
}

/** Entries that switch off the filters that the repository around `cwd` brings along; empty where there are none. */
export async function withoutOwnFilters(options: Pick<GitOptions, 'cwd' | 'signal'>): Promise<GitConfigEntry[]> {
  const argv = ['config', '--list', '--includes', '--show-scope', '-z'] as const;
  const answer = await git([...argv], { ...options, expectedExitCodes: [0, 1, 128] });
  return answer.exitCode === 0 ? filtersOff(answer.stdout.toString('utf8')) : [];
}

/** Reads `git config --list --show-scope -z`: scope, then name and value in one entry with a line feed between. */
export function filtersOff(list: string): GitConfigEntry[] {
  const filters = new Set<string>();
  const fields = list.split('\0');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [name = ''] = (fields[at + 1] ?? '').split('\n', 1);
    const filter = /^(filter\..+)\.(?:clean|smudge|process|required)$/s.exec(name)?.[1];
    if (filter !== undefined && (fields[at] === 'local' || fields[at] === 'worktree')) filters.add(filter);
  }
  return [...filters].flatMap((filter): GitConfigEntry[] => [
    [`${filter}.clean`, ''],
    [`${filter}.smudge`, ''],
    [`${filter}.process`, ''],
    [`${filter}.required`, 'false'],
  ]);
}
