import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** How a stand-in reaches its host: what it was told by its arguments and environment, nothing else. */
export interface Way {
  /** `root@nas`. */
  readonly place: string;
  readonly sshOptions: readonly string[];
}

const nix = ['nix', '--extra-experimental-features', 'nix-command flakes'];

/** Runs a program; its output comes line by line, both streams as one. Gives the exit status. */
function run(
  argv: readonly string[],
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
  env: NodeJS.ProcessEnv = {},
  stdin = '',
): Promise<number> {
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined).end(stdin);
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream] }).on('line', (line) => onLine(line, stream));
  }
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 255)));
}

/** Builds; gives the store path, or null where it failed. */
export async function build(installable: string, onLine: (line: string) => void): Promise<string | null> {
  let path: string | null = null;
  const code = await run([...nix, 'build', '--no-link', '--print-out-paths', installable], (line) => {
    if (line.startsWith('/nix/store/')) path = line;
    onLine(line);
  });
  return code === 0 ? path : null;
}

/** Has the host build; gives the store path, or null where it failed. */
export async function buildThere(
  installable: string,
  way: Way,
  onLine: (line: string) => void,
): Promise<string | null> {
  let path: string | null = null;
  const store = ['--eval-store', 'auto', '--store', `ssh-ng://${way.place}`];
  const take = (line: string): void => {
    if (line.startsWith('/nix/store/')) path = line;
    onLine(line);
  };
  const words = [...nix, 'build', '--no-link', '--print-out-paths', ...store, installable];
  return (await run(words, take, { NIX_SSHOPTS: way.sshOptions.join(' ') })) === 0 ? path : null;
}

/** @param apply a Nix function of the value that gives a string */
export async function evaluate(installable: string, apply: string | null = null): Promise<string> {
  let value = '';
  const how = apply === null ? [] : ['--apply', apply];
  const code = await run([...nix, 'eval', '--raw', installable, ...how], (line, stream) => {
    if (stream === 'stdout') value += line;
  });
  if (code !== 0) throw new Error(`${installable} cannot be evaluated: ${value}`);
  return value;
}

export function copy(path: string, way: Way, onLine: (line: string) => void): Promise<number> {
  const to = ['copy', '--no-check-sigs', '--to', `ssh-ng://${way.place}`, path];
  return run([...nix, ...to], onLine, { NIX_SSHOPTS: way.sshOptions.join(' ') });
}

export function onHost(way: Way, command: string, onLine: (line: string) => void, stdin = ''): Promise<number> {
  return run(['ssh', ...way.sshOptions, way.place, command], onLine, {}, stdin);
}

/** Leaves a command running there, which nobody here waits for. */
export function waitOn(way: Way, command: string): void {
  spawn('ssh', [...way.sshOptions, way.place, command], { stdio: ['ignore', 'inherit', 'inherit'] }).unref();
}

/** A word as a shell reads it as one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Asks at the terminal, where it has one: neither at its standard input nor on its output. */
export async function askAtTerminal(question: string): Promise<string> {
  const terminal = openSync('/dev/tty', 'r+');
  writeSync(terminal, question);
  const answer = Buffer.alloc(1000);
  const length = readSync(terminal, answer);
  closeSync(terminal);
  process.stderr.write('\n');
  return answer.toString('utf8', 0, length).replace(/\n$/, '');
}

/** The profile, then the switch, as all of them do it. */
export async function activate(
  way: Way,
  system: string,
  goal: string,
  onLine: (line: string) => void,
): Promise<{ code: number; command: string }> {
  const set = `nix-env -p /nix/var/nix/profiles/system --set ${system}`;
  const change = `${system}/bin/switch-to-configuration ${goal}`;
  if (goal !== 'test') {
    const code = await onHost(way, set, onLine);
    if (code !== 0) return { code, command: set };
  }
  return { code: await onHost(way, change, onLine), command: change };
}
