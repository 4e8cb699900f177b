import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../fleet/fingerprint.ts';
import { git } from '../git/core.ts';
import { gitDiffHash, markedFiles } from '../git/diff-hash.ts';
import { gitHead } from '../git/head.ts';
import { lookWithGit } from '../git/look.ts';
import type { LocalTree } from './command.ts';
import { RemoteFailure, type RemoteShell } from './remote-shell.ts';

/** A folder as it is now, with a name that no other state of it has. */
export interface TreeState extends LocalTree {
  readonly name: string;
  /** The commit, of one in git that has one. */
  readonly revision: string | null;
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** What a folder is in now; one that cannot be told is brought anew each time. */
export async function stateOf(tree: LocalTree): Promise<TreeState> {
  const { path, kind } = tree;
  const options = { cwd: path };
  if (kind === 'git') {
    const [revision, difference] = await Promise.all([gitHead(options), gitDiffHash(options)]);
    return { ...tree, revision, name: `${short(path)}-${short(`${revision ?? ''} ${difference}`)}` };
  }
  const state = await fingerprint({ path, ref: path, form: 'hive.nix', workTree: null, remote: null });
  return { ...tree, revision: null, name: `${short(path)}-${short(state ?? String(Date.now()))}` };
}

const folders = 'umask 077; mkdir -p "$1/trees" "$1/repositories" "$1/roots" "$1/sockets" && chmod 700 "$1"';

/** States of the same folder that nobody has used for two days go, and links to results after a month. */
const tidy = `find "$1/trees" -mindepth 1 -maxdepth 1 -name "$2-*" -mmin +2880 -exec rm -rf {} + 2>/dev/null
find "$1/roots" -mindepth 1 -maxdepth 1 -mtime +30 -delete 2>/dev/null`;

/**
 * Brings a folder to the machine on which nix runs, as nix would see it here: of one in git the commits and what git
 * tracks, with its changes; of another one every file. It appears there whole or not at all.
 * @param cache the folder there that all of it lies in
 * @throws RemoteFailure; ProblemError of git
 */
export async function bringTree(shell: RemoteShell, cache: string, state: TreeState): Promise<void> {
  const { path, kind, name, revision } = state;
  const owner = name.slice(0, name.indexOf('-'));
  const fresh = `${cache}/trees/.${name}.${process.pid}`;
  await shell.run(`${folders}\n${tidy}\nmkdir "$3"`, [cache, owner, fresh]);
  let files: Buffer | null = null;
  if (kind === 'git') {
    const repository = `${cache}/repositories/${owner}.git`;
    await shell.run(prepareRepository, [repository]);
    if (revision !== null) await push(shell, path, repository);
    files = await changedFiles(path, revision);
    await shell.run(checkOut, [repository, fresh, revision ?? ''], files);
  }
  const there = files
    ?.toString('utf8')
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(path, file)));
  const pack = packFiles(path, there?.join('\0') ?? null);
  const unpack = `tar -xf - -C "$1" || exit 1
if [ "$3" = git ]; then git -C "$1" -c core.hooksPath=/dev/null -c core.autocrlf=false add -A -f || exit 1; fi
[ -e "$2" ] && rm -rf "$1" || mv "$1" "$2"`;
  await Promise.all([shell.run(unpack, [fresh, `${cache}/trees/${name}`, kind], pack.archive), pack.ended]);
}

const prepareRepository = `command -v git >/dev/null || { echo "git is not installed there" >&2; exit 1; }
[ -d "$1" ] || git init -q --bare "$1"
git -C "$1" config receive.shallowUpdate true`;

/** What changed since the commit is taken away first and comes as it is; what git would fetch elsewhere does not. */
const checkOut = `GIT_LFS_SKIP_SMUDGE=1; export GIT_LFS_SKIP_SMUDGE
if [ -n "$3" ]; then
  rmdir "$2"
  git -c core.hooksPath=/dev/null clone -q --shared --no-checkout "$1" "$2" || exit 1
  git -C "$2" -c core.hooksPath=/dev/null -c core.autocrlf=false checkout -q --detach "$3" || exit 1
else
  git init -q "$2" || exit 1
fi
cd "$2" && xargs -0 -r rm -f --`;

async function push(shell: RemoteShell, path: string, repository: string): Promise<void> {
  const { host, user, port } = shell.target;
  const name = host.includes(':') ? `[${host}]` : host;
  const url = `ssh://${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}${repository}`;
  const env = { GIT_SSH_COMMAND: shell.sshCommand };
  await git(['push', '--quiet', '--force', '--no-verify', url, 'HEAD:refs/heads/nixstead'], { cwd: path, env });
}

/**
 * Names of tracked files that are not as in the commit, each with a NUL behind it. Where there are any, nix reads those that
 * git was told to take for unchanged as they lie there too.
 */
async function changedFiles(path: string, revision: string | null): Promise<Buffer> {
  const words = revision === null ? (['ls-files', '-z'] as const) : (['diff', ...differing, 'HEAD', '--'] as const);
  const { stdout } = await lookWithGit([...words], { cwd: path });
  if (revision === null || stdout.length === 0) return stdout;
  const marked = await markedFiles({ cwd: path });
  return Buffer.concat([stdout, ...marked.map((file) => Buffer.from(`${file}\0`))]);
}
const differing = ['--name-only', '--no-renames', '--no-ext-diff', '--ignore-submodules=all', '-z'];

/**
 * An archive of these files, or of all that lies in the folder but git's own where none are named. It is told in words that
 * GNU's tar and the tar of macOS and BSD take for the same: their patterns for what is left out do not mean the same.
 */
export function packFiles(path: string, files: string | null) {
  const names = files ?? Buffer.concat(readdirSync(path, 'buffer').flatMap(withEnd));
  const tar = spawn('tar', ['-cf', '-', '-C', path, '--null', '-T', '-'], {
    // What macOS keeps beside a file would be one more file elsewhere.
    env: { ...process.env, COPYFILE_DISABLE: '1' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let error = '';
  tar.stderr.setEncoding('utf8').on('data', (text: string) => (error += text));
  tar.stdin.on('error', () => undefined);
  tar.stdin.end(names);
  const ended = new Promise<void>((resolve, reject) => {
    tar.on('error', reject);
    tar.on('close', (code) => (code === 0 ? resolve() : reject(new RemoteFailure(code, error.trim()))));
  });
  return { archive: tar.stdout, ended };
}

/** A name as tar is given it, unless it is git's own folder. */
function withEnd(name: Buffer): Buffer[] {
  return name.toString('latin1') === '.git' ? [] : [name, Buffer.from('\0')];
}
