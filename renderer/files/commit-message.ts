import type { GitFile } from '../../shared/contract/git.ts';

const VERBS = { new: 'add', modified: 'change', deleted: 'remove', conflict: 'merge' } as const;

/** The host that a file below hosts/ is about; null for any other. */
function hostOf(file: string): string | null {
  return /^(?:hosts|machines|nodes)\/([^/]+?)(?:\/|\.nix$)/.exec(file)?.[1] ?? null;
}

function listed(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  return `${names[0]} and ${names.length - 1} more`;
}

/**
 * A first line for a commit of these files, to begin with: what is done to which hosts, or to which files. Empty for
 * none.
 */
export function proposeMessage(files: readonly Pick<GitFile, 'file' | 'state'>[]): string {
  if (files.length === 0) return '';
  const verbs = new Set(files.map(({ state }) => VERBS[state]));
  const [first] = verbs;
  const verb = verbs.size === 1 && first !== undefined ? first : 'change';
  const hosts = new Set(files.map(({ file }) => hostOf(file)));
  if (!hosts.has(null)) {
    // A host whose files are all new was added; one that got a new file was changed.
    return `${listed([...hosts].filter((host) => host !== null))}: ${verb} ${hosts.size === 1 ? whatOf(files) : 'configuration'}`;
  }
  return `${verb} ${listed(files.map(({ file }) => file))}`;
}

function whatOf(files: readonly Pick<GitFile, 'file'>[]): string {
  const [only] = files;
  if (files.length > 1 || only === undefined) return 'configuration';
  const name = only.file.slice(only.file.lastIndexOf('/') + 1);
  return name === 'default.nix' || name === 'configuration.nix' ? 'configuration' : name;
}
