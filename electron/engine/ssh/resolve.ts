import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { sshError, sshProblems } from './problems.ts';
import type { SshFiles } from './config.ts';
import { describeTarget, sshArguments, type SshTarget } from './target.ts';

/** What OpenSSH makes of a target with our configuration and the user's: the truth that our own connection follows. */
export interface ResolvedTarget {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** Name under which host keys are kept instead of the host's own. */
  readonly hostKeyAlias: string | null;
  /** Key files in the order of trying, absolute; many may not exist. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket of the agent; null where none may be used. */
  readonly agent: string | null;
  /** The user's own known_hosts files and the system's, all read only. */
  readonly otherKnownHosts: readonly string[];
  readonly proxyJump: string | null;
  readonly proxyCommand: string | null;
  readonly mayUsePassword: boolean;
}

const run = promisify(execFile);

/**
 * Asks `ssh -G`, which opens no connection.
 * @throws ProblemError `ssh-missing`, `ssh-configuration`
 */
export async function resolveTarget(target: SshTarget, files: SshFiles, signal?: AbortSignal): Promise<ResolvedTarget> {
  const place = describeTarget(target);
  try {
    const { stdout } = await run('ssh', ['-G', ...sshArguments(target, files.config)], { signal, timeout: 10_000 });
    return readResolved(stdout, files.knownHosts, process.env['SSH_AUTH_SOCK']);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw sshError(sshProblems.programMissing(error.message), error);
    }
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw sshError(sshProblems.badConfiguration(place, stderr || String(error)), error);
  }
}

/** Reads the output of `ssh -G`: one `keyword value` a line, keywords in lower case, some several times. */
export function readResolved(output: string, ourKnownHosts: string, agentSocket: string | undefined): ResolvedTarget {
  const values = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const space = line.indexOf(' ');
    if (space === -1) continue;
    const key = line.slice(0, space);
    values.set(key, [...(values.get(key) ?? []), line.slice(space + 1)]);
  }
  const first = (key: string): string | null => values.get(key)?.[0] ?? null;
  const isSet = (value: string | null): value is string => value !== null && value !== 'none';

  const hostName = first('hostname') ?? '';
  const port = Number(first('port') ?? '22');
  const user = first('user') ?? userInfo().username;
  const expand = (path: string): string => expandPath(path, { hostName, port, user });
  const identityAgent = first('identityagent');
  const proxyJump = first('proxyjump');
  const proxyCommand = first('proxycommand');
  const hostKeyAlias = first('hostkeyalias');
  // Our own path may hold spaces, which this format does not mark: it stands first and is known.
  const userKnownHosts = (first('userknownhostsfile') ?? '').replace(ourKnownHosts, '');
  return {
    hostName,
    port,
    user,
    hostKeyAlias: isSet(hostKeyAlias) ? hostKeyAlias : null,
    identityFiles: (values.get('identityfile') ?? []).filter((file) => file !== 'none').map(expand),
    identitiesOnly: first('identitiesonly') === 'yes',
    agent: agentPath(identityAgent === null ? null : expand(identityAgent), agentSocket),
    otherKnownHosts: [...userKnownHosts.split(' '), ...(first('globalknownhostsfile') ?? '').split(' ')]
      .filter((file) => file !== '' && file !== 'none')
      .map(expand),
    proxyJump: isSet(proxyJump) ? proxyJump : null,
    proxyCommand: isSet(proxyCommand) ? proxyCommand : null,
    mayUsePassword: first('passwordauthentication') !== 'no' || first('kbdinteractiveauthentication') !== 'no',
  };
}

/** IdentityAgent of ssh_config(5): a path, `none`, `SSH_AUTH_SOCK`, or the name of a variable after `$`. */
function agentPath(identityAgent: string | null, agentSocket: string | undefined): string | null {
  if (identityAgent === 'none') return null;
  if (identityAgent === null || identityAgent === 'SSH_AUTH_SOCK') return agentSocket || null;
  return identityAgent.startsWith('$') ? process.env[identityAgent.replace(/^\$\{?|\}$/g, '')] || null : identityAgent;
}

/** `~` and those tokens of ssh_config(5) that file names use. Home is the account's, as in OpenSSH, not `$HOME`. */
function expandPath(path: string, target: { hostName: string; port: number; user: string }): string {
  const account = userInfo();
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    d: account.homedir,
    h: target.hostName,
    i: String(account.uid),
    p: String(target.port),
    r: target.user,
    u: account.username,
  };
  const expanded = path.replace(/%([%dhipru])/g, (whole, token: string) => tokens[token] ?? whole);
  return expanded.startsWith('~/') ? `${account.homedir}${expanded.slice(1)}` : expanded;
}
