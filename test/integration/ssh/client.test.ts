import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect, type ConnectOptions, type HostKeyOffer } from '../../../electron/engine/ssh/client.ts';
import { targetStore } from '../../../electron/engine/deploy/target-store.ts';
import { prepareSshFiles, type SshFiles } from '../../../electron/engine/ssh/config.ts';
import type { SshTarget } from '../../../electron/engine/ssh/target.ts';
import { LocalSshd, makeKey } from './local-sshd.ts';
import { QuickServer } from './quick-server.ts';

let sshd: LocalSshd;
let home: string;
let files: SshFiles;

beforeAll(async () => {
  sshd = await LocalSshd.start();
});
afterAll(() => sshd[Symbol.dispose]());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'nixstead ssh '));
  files = prepareSshFiles(join(home, 'ssh'));
});
afterEach(() => rmSync(home, { recursive: true }));

/** The target that is let in. */
const target = (changes: Partial<SshTarget> = {}): SshTarget => ({
  host: '127.0.0.1',
  port: sshd.port,
  user: sshd.user,
  options: [sshd.keyOption, '-oIdentitiesOnly=yes'],
  ...changes,
});
const accept = async (): Promise<boolean> => true;
const open = (changes: Partial<SshTarget> = {}, options: Partial<ConnectOptions> = {}) =>
  connect(target(changes), { files, onUnknownHostKey: accept, ...options });

const code = (value: string): { problem: object } => ({ problem: expect.objectContaining({ code: value }) });

describe('the first contact', () => {
  test('shows the fingerprint, pins the key on yes and asks no more', async () => {
    const offers: HostKeyOffer[] = [];
    const onUnknownHostKey = async (offer: HostKeyOffer): Promise<boolean> => Boolean(offers.push(offer));
    using first = await open({}, { onUnknownHostKey });
    using second = await open({}, { onUnknownHostKey });
    expect(offers).toEqual([
      { place: `${sshd.user}@127.0.0.1:${sshd.port}`, keyType: 'ssh-ed25519', fingerprint: sshd.hostFingerprint },
    ]);
    expect(readFileSync(files.knownHosts, 'utf8')).toContain(sshd.hostKeyLine.split(' ')[1]);
    expect([first.isOpen, second.isOpen]).toEqual([true, true]);
  });

  test('may take a person longer than the server waits: the answer begins anew', async () => {
    await using relay = await Listener.start((socket) => {
      const server = connectTo(sshd.port, '127.0.0.1');
      socket.pipe(server).pipe(socket);
      server.on('error', () => undefined);
    });
    let asked = 0;
    const onUnknownHostKey = async (): Promise<boolean> => {
      asked += 1;
      await relay.cut();
      return true;
    };
    using session = await open({ port: relay.port }, { onUnknownHostKey });
    expect([session.isOpen, asked]).toEqual([true, 1]);
  });

  test('is refused where a person says no or cannot be asked, and nothing is pinned', async () => {
    await expect(open({}, { onUnknownHostKey: async () => false })).rejects.toMatchObject(code('ssh-host-key-unknown'));
    await expect(connect(target(), { files })).rejects.toMatchObject({
      problem: { evidence: expect.stringContaining(sshd.hostFingerprint) },
    });
    expect(readFileSync(files.knownHosts, 'utf8')).toBe('');
  });

  test('pins what OpenSSH trusts with our configuration too', async () => {
    using _session = await open();
    const child = spawn('ssh', ['-F', files.config, sshd.keyOption, '-p', String(sshd.port), '127.0.0.1', 'true']);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  });
});

test('a changed host key stops with the new and the old fingerprint', async () => {
  using sshdAnew = await LocalSshd.start();
  const there = { port: sshdAnew.port, options: [sshdAnew.keyOption] };
  using _before = await open(there);
  const old = sshdAnew.hostFingerprint;
  await sshdAnew.changeHostKey();
  await expect(open(there)).rejects.toMatchObject({
    problem: {
      code: 'ssh-host-key-changed',
      evidence: `now:    ssh-ed25519 ${sshdAnew.hostFingerprint}\nbefore: ssh-ed25519 ${old}`,
      advice: expect.arrayContaining([expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${sshdAnew.port}'`)]),
    },
  });
});

describe('a command', () => {
  test('brings back its output, its errors and its exit code', async () => {
    using session = await open();
    const result = await session.exec(['sh', '-c', 'cat; echo oops >&2; exit 7'], { stdin: 'in' });
    expect(result).toEqual({ exitCode: 7, signal: null, stdout: 'in', stderr: 'oops\n' });
  });

  test('gets hostile arguments as they are', async () => {
    using session = await open();
    const words = [
      'a;reboot',
      '$(touch /tmp/x)',
      "it's",
      '-oProxyCommand=x',
      '../x',
      '\\',
      '',
      'x'.repeat(300),
      'a\nb',
    ];
    const { stdout } = await session.exec(['printf', '%s\\0', ...words]);
    expect(stdout.split('\0').slice(0, -1)).toEqual(words);
  });

  test('streams its output while it runs, whole characters even where a packet cuts them', async () => {
    using session = await open();
    const pieces: string[] = [];
    const result = await session.exec(['sh', '-c', "printf '\\303'; read x; printf '\\244'; printf '\\377'"], {
      stdin: '\n',
      onOutput: (text) => pieces.push(text),
    });
    expect(pieces.join('')).toBe('ä\ufffd');
    expect(result.stdout).toBe('ä\ufffd');
  });

  test('that a signal ends tells the signal', async () => {
    using session = await open();
    expect(await session.exec(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });

  test('that ends at once is no lost connection, also where its beginning and its end come in one piece', async () => {
    await using server = await QuickServer.start(readFileSync(join(sshd.folder, 'host')));
    using session = await open({ port: server.port });
    expect(await session.exec(['true'])).toMatchObject({ exitCode: 3 });
  });

  test('is given up after its time, and the connection stays good', async () => {
    using session = await open();
    await expect(session.exec(['sleep', '60'], { timeoutMs: 50 })).rejects.toMatchObject(code('ssh-command-timeout'));
    expect((await session.exec(['true'])).exitCode).toBe(0);
  });

  test('ends with the reason of a signal that aborts', async () => {
    using session = await open();
    const abort = new AbortController();
    const result = session.exec(['sh', '-c', 'echo on; sleep 60'], {
      signal: abort.signal,
      onOutput: () => abort.abort(new Error('stop it')),
    });
    await expect(result).rejects.toThrow('stop it');
  });
});

test('a session that was disposed says so and leaves nothing open', async () => {
  const session = await open();
  session[Symbol.dispose]();
  expect(await session.closed).toBe(null);
  await expect(session.exec(['true'])).rejects.toMatchObject(code('ssh-connection-lost'));
});

describe('keys', () => {
  test('that do not fit are denied, with what was tried', async () => {
    makeKey(join(home, 'stranger'));
    await expect(open({ options: [`-oIdentityFile="${join(home, 'stranger')}"`] })).rejects.toMatchObject({
      problem: { code: 'ssh-denied', evidence: expect.stringContaining('1 key was tried') },
    });
  });

  test('with a passphrase are asked about once the server would take them, again when it was wrong', async () => {
    makeKey(join(home, 'locked'), 'open sesame');
    sshd.authorize(join(home, 'locked.pub'));
    const options = [`-oIdentityFile="${join(home, 'locked')}"`, '-oIdentitiesOnly=yes'];
    const answers = ['wrong', 'open sesame'];
    const questions: string[] = [];
    const secrets = {};
    using session = await open(
      { options },
      {
        secrets,
        onSecret: async ({ kind, text }) => {
          questions.push(`${kind}: ${text}`);
          return answers.shift() ?? null;
        },
      },
    );
    expect(session.isOpen).toBe(true);
    expect(questions).toEqual(Array(2).fill(`passphrase: Passphrase of the key ${join(home, 'locked')}`));
    expect(secrets).toEqual({ passphrase: 'open sesame' });
  });

  test('with a passphrase that a stranger’s server would not take are not asked about', async () => {
    makeKey(join(home, 'locked'), 'open sesame');
    const options = [`-oIdentityFile="${join(home, 'locked')}"`, '-oIdentitiesOnly=yes'];
    const onSecret = async (): Promise<string> => expect.unreachable('nobody may be asked');
    await expect(open({ options }, { onSecret })).rejects.toMatchObject(code('ssh-denied'));
  });

  test('are taken from an agent', async () => {
    const socket = join(sshd.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => agent.stdout.once('data', resolve));
      const add = spawn('ssh-add', ['-q', join(sshd.folder, 'client')], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
      });
      expect(await new Promise((resolve) => add.on('close', resolve))).toBe(0);
      using session = await open({ options: [`-oIdentityAgent=${socket}`, '-oIdentityFile=none'] });
      expect(session.isOpen).toBe(true);
    } finally {
      agent.kill();
    }
  });
});

test('a passphrase that was typed reaches the ssh that nix starts, through the environment of that one program', async () => {
  makeKey(join(home, 'typed'), 'open sesame');
  sshd.authorize(join(home, 'typed.pub'));
  using _session = await open();
  const options = [`-oIdentityFile="${join(home, 'typed')}"`, '-oIdentitiesOnly=yes'];
  const run = async (secrets: { passphrase?: string }): Promise<number | null> => {
    const store = targetStore(target({ options }), files, secrets);
    const child = spawn('ssh', [...store.sshOptions, '127.0.0.1', 'true'], {
      env: { PATH: process.env['PATH'], ...store.env },
      stdio: 'ignore',
    });
    return new Promise((resolve) => child.on('close', resolve));
  };
  expect(await run({ passphrase: 'open sesame' })).toBe(0);
  expect(await run({ passphrase: 'wrong' })).toBe(255);
  expect(await run({})).toBe(255);
});

describe('a host that cannot be reached', () => {
  test('by a port without a server', async () => {
    await expect(open({ port: 1 })).rejects.toMatchObject(code('ssh-refused'));
  });
  test('by an unknown name', async () => {
    await expect(open({ host: 'no-such-host.invalid' })).rejects.toMatchObject(code('ssh-unknown-name'));
  });
  test('by something that is no SSH server', async () => {
    await using server = await Listener.start((socket) => socket.end('220 mail ready\r\n'));
    await expect(open({ port: server.port })).rejects.toMatchObject(code('ssh-protocol'));
  });
  test('by a server that takes the connection and says nothing', async () => {
    await using server = await Listener.start(() => undefined);
    await expect(open({ port: server.port }, { timeoutMs: 100 })).rejects.toMatchObject(code('ssh-timeout'));
  });
  test('stops at once when it is cancelled', async () => {
    const abort = new AbortController();
    await using server = await Listener.start(() => abort.abort(new Error('cancelled')));
    await expect(open({ port: server.port }, { signal: abort.signal })).rejects.toThrow('cancelled');
  });
});

test('a server that goes away in mid-command ends the command', async () => {
  await using relay = await Listener.start((socket) => {
    const server = connectTo(sshd.port, '127.0.0.1');
    socket.pipe(server).pipe(socket);
  });
  using session = await open({ port: relay.port });
  const result = session.exec(['sh', '-c', 'echo on; sleep 60'], {
    onOutput: () => void relay.cut(),
  });
  await expect(result).rejects.toMatchObject(code('ssh-connection-lost'));
  expect(await session.closed).toBeInstanceOf(Error);
});

describe('the way to a host behind another', () => {
  test('leads through a jump host, whose key is asked about too', async () => {
    const places: string[] = [];
    const jump = `${sshd.user}@127.0.0.1:${sshd.port}`;
    using other = await LocalSshd.start();
    // The jump host takes the same key; OpenSSH gives options of the target to the jump host in no case.
    other.authorize(join(sshd.folder, 'client.pub'));
    writeFileSync(
      files.config,
      `${readFileSync(files.config, 'utf8')}\nIdentityFile "${join(sshd.folder, 'client')}"\n`,
    );
    using session = await open(
      { port: other.port, options: [`-oProxyJump=${jump}`] },
      { onUnknownHostKey: async ({ place }) => Boolean(places.push(place)) },
    );
    expect((await session.exec(['sh', '-c', 'echo $SSH_CONNECTION'])).stdout).toContain(` ${other.port}`);
    expect(places).toEqual([jump, `${sshd.user}@127.0.0.1:${other.port}`]);
  });

  test('leads through the user’s ProxyCommand', async () => {
    const command = `/bin/bash -c 'exec 3<>/dev/tcp/%h/%p; cat <&3 & cat >&3'`;
    writeFileSync(files.config, `ProxyCommand ${command}\n${readFileSync(files.config, 'utf8')}`);
    using session = await open();
    expect((await session.exec(['true'])).exitCode).toBe(0);
  });

  test('that does not exist tells the words of the command', async () => {
    writeFileSync(files.config, `ProxyCommand sh -c 'echo connect to host x port 22: Connection refused >&2'\n`);
    await expect(open()).rejects.toMatchObject(code('ssh-refused'));
  });
});

/** A TCP server for one test. */
class Listener implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  static async start(onSocket: (socket: Socket) => void): Promise<Listener> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return new Listener(server, address.port, sockets);
  }

  /** Ends every connection; resolves when they are closed. */
  async cut(): Promise<void> {
    const open = [...this.#sockets].filter((socket) => !socket.closed);
    await Promise.all(open.map((socket) => once(socket.destroy(), 'close')));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
