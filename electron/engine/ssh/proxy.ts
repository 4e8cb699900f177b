import { spawn } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { ResolvedTarget } from './resolve.ts';
import type { SshTarget } from './target.ts';

/** A byte stream to a host that is not reached directly. */
export interface Passage extends Disposable {
  readonly stream: Duplex;
  /** What the program in between said on stderr so far: the reason when the stream ends early. */
  words(): string;
}

/** The last host of a ProxyJump list, whose own way leads through those before it. */
export function lastJump(proxyJump: string): SshTarget {
  const hops = proxyJump.split(',').map((hop) => hop.trim());
  const hop = hops.pop() ?? '';
  const [, user = null, host = hop, port = null] =
    /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(hop) ?? [];
  return {
    user,
    host: host.replace(/^\[|\]$/g, ''),
    port: port === null ? null : Number(port),
    options: hops.length === 0 ? [] : [`-oProxyJump=${hops.join(',')}`],
  };
}

/**
 * Starts a ProxyCommand. It can come from the user's own files alone (options.ts refuses it in a fleet), and
 * ssh_config(5) says that the user's shell runs it.
 */
export function openProxyCommand(command: string, target: SshTarget, resolved: ResolvedTarget): Passage {
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    h: resolved.hostName,
    n: target.host,
    p: String(resolved.port),
    r: resolved.user,
  };
  const expanded = command.replace(/%([%hnpr])/g, (whole, token: string) => tokens[token] ?? whole);
  const child = spawn(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${expanded}`], { stdio: 'pipe' });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-4096);
  });
  // The stream ends with the program and not with its output or input, so that its last words are read by then.
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    write: (chunk: Buffer, _encoding, done) => void child.stdin.write(chunk, () => done()),
    final: (done) => void child.stdin.end(() => done()),
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => {
    words += error.message;
    stream.destroy();
  });
  child.on('close', () => stream.destroy());
  return {
    stream,
    words: () => words.trim(),
    [Symbol.dispose]: () => {
      stream.destroy();
      child.kill('SIGTERM');
    },
  };
}
