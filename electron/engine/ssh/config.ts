import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { askpassScript } from './askpass.ts';
import { sshError, sshProblems } from './problems.ts';
import { sudoSshScript } from './sudo-ssh.ts';

/** Our own SSH files. Everything that we start is given `config`; the user's files are read through it, never written. */
export interface SshFiles {
  readonly folder: string;
  readonly config: string;
  readonly knownHosts: string;
  /** Answers OpenSSH's questions from the environment; see askpass.ts. */
  readonly askpass: string;
  /** Is named `ssh`, and gives sudo on the other side its password; see sudo-ssh.ts. */
  readonly sudoSsh: string;
}

/** A connection attempt ends after this long without an answer. */
export const connectTimeoutSeconds = 10;
/** A dead link is noticed after `interval * (count + 1)` = 12 s: OpenSSH gives up when the third question goes out. */
export const aliveIntervalSeconds = 4;
export const aliveCountMax = 2;

/**
 * Writes our ssh_config, known_hosts (once, empty) and askpass script where they are missing or old.
 * @param folder `home.ssh`; made private by whoever opened the home
 */
export function prepareSshFiles(folder: string): SshFiles {
  const files: SshFiles = {
    folder,
    config: join(folder, 'config'),
    knownHosts: join(folder, 'known_hosts'),
    askpass: join(folder, 'askpass'),
    sudoSsh: join(folder, 'with-sudo', 'ssh'),
  };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(files.knownHosts, '', { flag: 'a', mode: 0o600 });
  keepFile(files.config, sshConfigText(files.knownHosts), 0o600);
  keepFile(files.askpass, askpassScript, 0o700);
  mkdirSync(dirname(files.sudoSsh), { recursive: true, mode: 0o700 });
  keepFile(files.sudoSsh, sudoSshScript, 0o700);
  return files;
}

/**
 * Our ssh_config. In OpenSSH the first value of an option wins, so what we rely on stands before the user's files. The
 * user's known_hosts are read too, so that hosts known there are trusted; new keys go to ours alone.
 */
export function sshConfigText(knownHosts: string): string {
  return `# Written by Nixstead and replaced at its start. Your own settings belong into ~/.ssh/config, which is read below.

# Nobody can answer a question here, and a dead link must not hang.
BatchMode yes
ConnectTimeout ${connectTimeoutSeconds}
ServerAliveInterval ${aliveIntervalSeconds}
ServerAliveCountMax ${aliveCountMax}

# Host keys are compared and pinned by Nixstead, in its own file.
StrictHostKeyChecking yes
UserKnownHostsFile ${quoteConfigValue(knownHosts)} ~/.ssh/known_hosts ~/.ssh/known_hosts2
UpdateHostKeys no
VisualHostKey no

# One connection is one program: nothing shared, forwarded or started beside it.
ControlMaster no
ControlPath none
ClearAllForwardings yes
ForwardAgent no
ForwardX11 no
PermitLocalCommand no
RemoteCommand none
RequestTTY no

Include ~/.ssh/config
Include /etc/ssh/ssh_config
`;
}

/** ssh_config(5): arguments with spaces stand in double quotes, where a backslash escapes; `%` begins a token. */
export function quoteConfigValue(path: string): string {
  return `"${path.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** Writes a file that others may be reading at this moment: beside it, then in its place. One with this text stays. */
export function keepFile(path: string, text: string, mode: number): void {
  if (readIfThere(path) === text) return;
  const beside = `${path}.${process.pid}`;
  writeFileSync(beside, text, { mode });
  renameSync(beside, path);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function readLinkIfThere(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** The path of our configuration without white space, for NIX_SSHOPTS: older Nix splits that variable at every space. */
export function configPathWithoutSpaces(files: SshFiles): string {
  return pathWithoutSpaces(files.config);
}

/**
 * A path without white space, for programs that would take it for several words. Where the data folder has one
 * ("Application Support"), a link in the temporary folder stands for it.
 */
export function pathWithoutSpaces(path: string): string {
  if (!/[\s'"\\]/.test(path)) return path;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `nixstead-${userInfo().uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  if (uid !== userInfo().uid) {
    throw sshError(sshProblems.badConfiguration('every host', `${folder} belongs to the user ${uid}, not to you`));
  }
  const link = join(folder, name);
  if (readLinkIfThere(link) !== path) {
    // Several may make it at once: beside it, then in its place.
    const beside = `${link}.${process.pid}`;
    rmSync(beside, { force: true });
    symlinkSync(path, beside);
    renameSync(beside, link);
  }
  return link;
}
