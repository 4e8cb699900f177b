import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProblemError } from '../errors.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { homeFolder } from '../home.ts';
import { configPathWithoutSpaces, prepareSshFiles } from '../ssh/config.ts';
import { nixHostOf } from './address.ts';
import { builtBefore } from './built-before.ts';
import { readNixWords, translateWords, type NixWords } from './command.ts';
import { RemoteFailure, RemoteShell } from './remote-shell.ts';
import { TextReplacer } from './replace-text.ts';
import { setSecretsApart } from './secrets.ts';
import { StoreRelay } from './store-relay.ts';
import { bringTree, stateOf, type TreeState } from './tree.ts';

const envOfStores = setSecretsApart(process.env);

/**
 * Stands for the program nix on a computer without one: the same arguments, output and exit status, but nix runs on the
 * machine that `$NIXSTEAD_NIX` names (`ssh://root@builder:2222`). Folders that nix reads are brought there first; stores of
 * other machines are reached through here.
 */
async function main(args: readonly string[]): Promise<number> {
  const built = builtBefore(args, process.env);
  if (built !== null) {
    process.stdout.write(`${built}\n`);
    return 0;
  }
  const shell = new RemoteShell(
    nixHostOf(process.env['NIXSTEAD_NIX'] ?? ''),
    configPathWithoutSpaces(prepareSshFiles(join(homeFolder(process.env), 'ssh'))),
  );
  try {
    const words = readNixWords(args);
    if (words.isLocking) return await lockThere(shell, args, words);
    if ([words.outLink, words.store, words.lockFile, ...words.trees].every((part) => part === null)) {
      return (await runThere(shell, args, { needed: [] })).exitCode;
    }
    const cache = await cacheFolderOf(shell);
    const lockFile = words.lockFile === null ? null : await bringLock(shell, cache, words.lockFile);
    const states = await Promise.all(words.trees.map(stateOf));
    const run = (): Promise<Ended> => runWith(shell, { cache, args, words, states, lockFile });
    const first = await run();
    if (first.exitCode !== treeMissing || !first.isTreeMissing) return first.exitCode;
    for (const state of states) await bringTree(shell, cache, state);
    return (await run()).exitCode;
  } catch (error) {
    tellError(shell.place, error, args.includes('internal-json'));
    return 1;
  }
}

/** As nix tells an error: in a log that is internal-json, or in words. */
function tellError(place: string, error: unknown, isJson: boolean): void {
  const text =
    error instanceof ProblemError
      ? `${error.problem.title}\n${error.problem.evidence}`
      : error instanceof Error
        ? error.message
        : String(error);
  const isSsh = error instanceof RemoteFailure && error.exitCode === sshFailed;
  const msg = isSsh ? text : `${place}: ${text}`;
  // The reason of a connection that failed is in ssh's own lines.
  if (isSsh) process.stderr.write(`${text}\n`);
  const entry = JSON.stringify({ action: 'msg', level: 0, msg: `error: ${msg}`, raw_msg: msg });
  process.stderr.write(isJson ? `@nix ${entry}\n` : `error: ${msg}\n`);
}

interface Ended {
  readonly exitCode: number;
  readonly isTreeMissing: boolean;
  readonly lastLine: string;
}

/** How ssh(1) ends where it failed itself. */
const sshFailed = 255;
const treeMissing = 90;
const treeMissingWords = 'nixstead: a folder is not there yet';

/** The connection is the leash: where it ends, nix ends too. */
const script = `while [ "$1" != -- ]; do
  [ -d "$1" ] || { echo "${treeMissingWords}" >&2; exit ${treeMissing}; }
  touch "$1"; shift
done
shift
socket=$1; shift
command -v nix >/dev/null || { echo "nix was not found there" >&2; exit 127; }
exec 3<&0
nix "$@" </dev/null 3<&- &
nix=$!
( cat <&3; kill -TERM "$nix" ) >/dev/null 2>&1 &
leash=$!
wait "$nix"; code=$?
kill "$leash" 2>/dev/null
[ -z "$socket" ] || rm -f "$socket"
exit "$code"`;

/** A flake.lock is written in a copy of the tree that nobody else reads, and comes back from there. */
async function lockThere(shell: RemoteShell, given: readonly string[], named: NixWords): Promise<number> {
  // Without a reference it is the flake of the folder in which nix was started.
  const args = named.trees.length > 0 ? given : [...given, findFleetFolder(process.cwd()).ref];
  const words = readNixWords(args);
  const [tree] = words.trees;
  if (tree === undefined) throw new RemoteFailure(1, `no flake of this computer is named in ${given.join(' ')}`);
  const cache = await cacheFolderOf(shell);
  const state = await stateOf(tree);
  const own = { ...state, name: `${state.name}-${randomBytes(4).toString('hex')}` };
  await bringTree(shell, cache, own);
  const { exitCode } = await runWith(shell, { cache, args, words, states: [own], lockFile: null });
  const there = `${cache}/trees/${own.name}`;
  const file = join(words.subfolder, 'flake.lock');
  if (exitCode === 0) writeFileSync(join(tree.path, file), await shell.run('cat "$1"', [`${there}/${file}`]));
  await shell.run('rm -rf "$1"', [there]);
  return exitCode;
}

async function bringLock(shell: RemoteShell, cache: string, file: string): Promise<string> {
  const text = readFileSync(file);
  const there = `${cache}/roots/${short(text.toString('utf8'))}.lock`;
  await shell.run('cat > "$1"', [there], text);
  return there;
}

interface Run {
  readonly cache: string;
  readonly args: readonly string[];
  readonly words: NixWords;
  readonly states: readonly TreeState[];
  readonly lockFile: string | null;
}

async function runWith(shell: RemoteShell, { cache, args, words, states, lockFile }: Run): Promise<Ended> {
  const trees = new Map(states.map(({ path, name }) => [path, `${cache}/trees/${name}`]));
  using relay =
    words.store === null
      ? null
      : await StoreRelay.open(
          words.store,
          (process.env['NIX_SSHOPTS'] ?? '').split(' ').filter((word) => word !== ''),
          envOfStores,
        );
  const socket = relay === null ? '' : `${cache}/sockets/${randomBytes(8).toString('hex')}`;
  const root = words.outLink === null ? null : `${cache}/roots/${short(words.outLink)}`;
  const translated = translateWords(args, words, {
    trees,
    store: relay === null ? null : `unix://${socket}`,
    outLink: root,
    lockFile,
  });
  const ended = await runThere(shell, translated, {
    needed: [...trees.values()],
    socket,
    back: new Map([...trees].map(([here, there]) => [there, here])),
    tunnel:
      relay === null ? [] : ['-oClearAllForwardings=no', '-oExitOnForwardFailure=yes', '-R', `${socket}:${relay.path}`],
    keepsOutput: root !== null,
  });
  // Where it was set up anew since, the folder is asked for again.
  if (ended.exitCode === sshFailed) rmSync(cacheFile(shell), { force: true });
  if (ended.exitCode === 0 && words.outLink !== null) {
    // It leads nowhere here; what it says is where the result lies there.
    mkdirSync(dirname(words.outLink), { recursive: true });
    rmSync(words.outLink, { force: true });
    symlinkSync(ended.lastLine, words.outLink);
  }
  return ended;
}

interface Way {
  /** Folders that must be there. */
  readonly needed: readonly string[];
  readonly socket?: string;
  /** What stands in the output for what. */
  readonly back?: ReadonlyMap<string, string>;
  /** Words for ssh. */
  readonly tunnel?: readonly string[];
  /** What nix prints is for us. */
  readonly keepsOutput?: boolean;
}

async function runThere(shell: RemoteShell, args: readonly string[], way: Way): Promise<Ended> {
  const { needed, socket = '', back = new Map(), tunnel = [], keepsOutput = false } = way;
  // The input stays open for as long as we live.
  const child = shell.spawn(script, [...needed, '--', socket, ...args], ['pipe', 'pipe', 'pipe'], tunnel);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new TypeError('The pipes of ssh are missing');
  let printed = '';
  let isTreeMissing = false;
  follow(stdout, back, (text) => {
    if (keepsOutput) printed += text;
    else process.stdout.write(text);
  });
  follow(stderr, back, (text) => {
    if (text.includes(treeMissingWords)) isTreeMissing = true;
    else process.stderr.write(text);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => child.kill());
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
  return { exitCode, isTreeMissing, lastLine: printed.trim().split('\n').at(-1) ?? '' };
}

function follow(stream: NodeJS.ReadableStream, back: ReadonlyMap<string, string>, take: (text: string) => void): void {
  const replacer = new TextReplacer(back);
  stream.setEncoding('utf8');
  stream.on('data', (piece: string) => take(replacer.push(piece)));
  stream.on('end', () => take(replacer.end()));
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24);

function cacheFile(shell: RemoteShell): string {
  return join(homeFolder(process.env), 'cache', `nix-host-${short(shell.place)}`);
}

/** Where things of ours lie on the other machine. It is asked once for each machine. */
async function cacheFolderOf(shell: RemoteShell): Promise<string> {
  const file = cacheFile(shell);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Not asked yet.
  }
  const folder = (await shell.run('printf %s "${XDG_CACHE_HOME:-$HOME/.cache}/nixstead"', [])).trim();
  if (!/^\/[^\0\n]*$/.test(folder)) throw new RemoteFailure(1, `its home is not a folder: ${folder}`);
  await shell.run('umask 077; mkdir -p "$1/trees" "$1/roots" "$1/sockets"', [folder]);
  writeFileSync(file, folder, { mode: 0o600 });
  return folder;
}

process.exitCode = await main(process.argv.slice(2));
