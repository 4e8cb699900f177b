/** A folder of this computer that nix reads, and how. */
export interface LocalTree {
  readonly path: string;
  /** `git`: what git tracks, as it is now, with the commits; `folder`: every file. */
  readonly kind: 'git' | 'folder';
}

/** The arguments of one run of nix, in parts that mean something on one computer alone. */
export interface NixWords {
  readonly trees: readonly LocalTree[];
  /** Another machine's store (`--to`, `--from`, `--store`), to which only this computer has a way. */
  readonly store: RemoteStore | null;
  /** Where the link to a result is wanted. */
  readonly outLink: string | null;
  /** A lock file of this computer that counts in place of the flake's own. */
  readonly lockFile: string | null;
  /** True where nix writes flake.lock of the tree. */
  readonly isLocking: boolean;
  /** Of the flake below its tree, as its reference has it. */
  readonly subfolder: string;
}

export interface RemoteStore {
  readonly url: string;
  /** As ssh is given it. */
  readonly host: string;
  readonly user: string | null;
  /** What speaks nix's protocol there. */
  readonly command: readonly string[];
  /** Given as `ssh://`, the protocol in which the other side asks for no signatures. */
  readonly takesUnsigned: boolean;
}

const gitReference = /git\+file:\/\/(\/[^?#\s"']*)/g;
const pathReference = /path:(\/[^?#\s"']*)/g;
const storeFlags = ['--to', '--from', '--store'];

/** Reads the arguments after `nix`. */
export function readNixWords(args: readonly string[]): NixWords {
  const after = (flag: string): string | null => {
    const at = args.indexOf(flag);
    return at === -1 ? null : (args[at + 1] ?? null);
  };
  const file = after('--file');
  const trees: LocalTree[] = [];
  const add = (path: string, kind: LocalTree['kind']): void => {
    if (!path.startsWith('/nix/store/') && trees.every((tree) => tree.path !== path)) trees.push({ path, kind });
  };
  for (const word of args) {
    for (const [, path = ''] of word.matchAll(gitReference)) add(decodeURIComponent(path), 'git');
    for (const [, path = ''] of word.matchAll(pathReference)) add(decodeURIComponent(path), 'folder');
  }
  if (file !== null) add(file.slice(0, file.lastIndexOf('/')) || '/', 'folder');
  const url = storeFlags.map(after).find((value) => value !== null && /^ssh(?:-ng)?:\/\//.test(value)) ?? null;
  return {
    trees,
    store: url === null ? null : remoteStore(url),
    outLink: after('--out-link'),
    lockFile: after('--reference-lock-file'),
    isLocking: args.includes('flake') && (args.includes('lock') || args.includes('update')),
    subfolder: decodeURIComponent(/[?&]dir=([^&#]*)/.exec(args.join(' '))?.[1] ?? ''),
  };
}

/** The arguments for the other computer: `places` has where each folder, store and link is there. */
export function translateWords(
  args: readonly string[],
  words: NixWords,
  places: {
    readonly trees: ReadonlyMap<string, string>;
    readonly store: string | null;
    readonly outLink: string | null;
    readonly lockFile: string | null;
  },
): string[] {
  const translate = (word: string): string => {
    if (words.lockFile !== null && word === words.lockFile) return places.lockFile ?? word;
    if (words.store !== null && word === words.store.url) return places.store ?? word;
    let text = word;
    for (const [here, there] of places.trees) {
      text = text
        .replaceAll(gitReference, (all, path: string) =>
          decodeURIComponent(path) === here ? `git+file://${there}` : all,
        )
        .replaceAll(pathReference, (all, path: string) => (decodeURIComponent(path) === here ? `path:${there}` : all));
      if (text === here || text.startsWith(`${here}/`)) text = there + text.slice(here.length);
    }
    return text;
  };
  const translated = args.map(translate);
  if (words.store?.takesUnsigned === true && args.includes('copy')) translated.push('--no-check-sigs');
  if (words.outLink !== null && places.outLink !== null) {
    translated[args.indexOf('--out-link') + 1] = places.outLink;
    translated.push('--print-out-paths');
  }
  return translated;
}

/**
 * `ssh-ng://root@nas?remote-program=…`, as nix/copy.ts writes it, or `ssh://root@nas?remote-store=…`, as nixos-anywhere
 * does. Whatever it is given, the relay speaks the protocol of `ssh-ng`.
 */
function remoteStore(url: string): RemoteStore {
  const { host, username, searchParams } = new URL(url.replace(/^ssh(?:-ng)?:/, 'http:'));
  const takesUnsigned = url.startsWith('ssh:');
  const program = (takesUnsigned ? null : searchParams.get('remote-program')?.split(' ')) ?? ['nix-daemon'];
  const store = searchParams.get('remote-store');
  return {
    url,
    host,
    user: username === '' ? null : decodeURIComponent(username),
    command: [...program, '--stdio', ...(store === null ? [] : ['--store', store])],
    takesUnsigned,
  };
}
