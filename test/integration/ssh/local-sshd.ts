import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** A real sshd on this computer's loopback for the account that runs the tests, with keys of its own. */
export class LocalSshd implements Disposable {
  readonly folder: string;
  readonly port: number;
  readonly user = userInfo().username;
  #process: ChildProcess;

  private constructor(folder: string, port: number, process: ChildProcess) {
    this.folder = folder;
    this.port = port;
    this.#process = process;
  }

  static async start(): Promise<LocalSshd> {
    const folder = mkdtempSync(join(tmpdir(), 'nixstead-sshd-'));
    makeKey(join(folder, 'host'));
    makeKey(join(folder, 'client'));
    execFileSync('cp', [join(folder, 'client.pub'), join(folder, 'authorized_keys')]);
    const port = await freePort();
    return new LocalSshd(folder, port, await run(folder, port));
  }

  /** The options of a target that is let in. */
  get keyOption(): string {
    return `-oIdentityFile=${join(this.folder, 'client')}`;
  }

  get hostKeyLine(): string {
    return readFileSync(join(this.folder, 'host.pub'), 'utf8').trim();
  }

  get hostFingerprint(): string {
    const line = execFileSync('ssh-keygen', ['-lf', join(this.folder, 'host.pub')], { encoding: 'utf8' });
    return line.split(' ')[1] ?? '';
  }

  /** Another host key, as after a reinstallation. */
  async changeHostKey(): Promise<void> {
    await this.stop();
    rmSync(join(this.folder, 'host'));
    rmSync(join(this.folder, 'host.pub'));
    makeKey(join(this.folder, 'host'));
    this.#process = await run(this.folder, this.port);
  }

  /** Lets another key in, too. */
  authorize(publicKeyFile: string): void {
    const text = readFileSync(publicKeyFile, 'utf8');
    writeFileSync(join(this.folder, 'authorized_keys'), text, { flag: 'a' });
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGTERM');
    await ended;
  }

  [Symbol.dispose](): void {
    this.#process.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function makeKey(path: string, passphrase = ''): void {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Starts sshd and waits until it says that it listens. */
async function run(folder: string, port: number): Promise<ChildProcess> {
  const config = join(folder, 'sshd_config');
  writeFileSync(
    config,
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${join(folder, 'host')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'AllowTcpForwarding yes',
      'MaxStartups 100',
      '',
    ].join('\n'),
  );
  // Debian's sshd wants this folder even where it serves as an ordinary user.
  execFileSync('mkdir', ['-p', '/run/sshd']);
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('Server listening')) resolve();
    });
    child.on('exit', () => reject(new Error(`sshd ended: ${said}`)));
  });
  return child;
}
