import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { ChildProcess } from 'node:child_process';
import { mustRun, startGroup, type CommandResult } from '../run-command.ts';
import { prepareMachineImage, type MachineImage } from './image.ts';
import { drive, processor, writeBlank } from './qemu.ts';

export type MachineFirmware = 'uefi' | 'bios';

const diskBytes = 700 * 1024 ** 2;
/** A boot takes half a minute where nothing else keeps the computer busy. */
const patienceMs = 600_000;

/**
 * A virtual machine that its firmware starts (OVMF, or SeaBIOS) from its own disk, and that stays what it is between boots:
 * disk and firmware variables are files. Its processor is emulated, as that of {@link runInVirtualMachine}.
 *
 * `agent`, a script of bash, is what it runs once it is up: over `/dev/virtio-ports/agent` it says `ready TEXT`, then reads a
 * script per line (base64), and answers each with `done EXIT STDOUT STDERR` (the streams in base64).
 */
export class FirmwareMachine implements AsyncDisposable {
  readonly #image: MachineImage;
  readonly #firmware: MachineFirmware;
  readonly #folder: string;
  readonly #server: Server;
  #child: ChildProcess | null = null;
  #lines: Interface | null = null;
  #answers: AsyncIterator<string> | null = null;
  #socket: Socket | null = null;
  #console = '';
  #heard = 0;

  private constructor(image: MachineImage, firmware: MachineFirmware, folder: string, server: Server) {
    this.#image = image;
    this.#firmware = firmware;
    this.#folder = folder;
    this.#server = server;
  }

  static async make(firmware: MachineFirmware, agent: string): Promise<FirmwareMachine> {
    const image = await prepareMachineImage();
    const folder = mkdtempSync(join(tmpdir(), 'nixstead-firmware-'));
    await mustRun(['mkdir', join(folder, 'work')]);
    writeFileSync(join(folder, 'work', 'work.sh'), agent);
    await mustRun(['tar', '-C', join(folder, 'work'), '-cf', join(folder, 'work.tar'), '.']);
    writeBlank(join(folder, 'disk'), diskBytes);
    copyFileSync(image.variables, join(folder, 'variables'));
    const server = createServer().listen(join(folder, 'agent'));
    await once(server, 'listening');
    return new FirmwareMachine(image, firmware, folder, server);
  }

  /** What came over its serial console since it was made, the firmware's words and the boot loader's among them. */
  get console(): string {
    return this.#console;
  }

  /**
   * Switches it on, and gives what it says once it is up.
   * @param isDirect with QEMU's own loader instead of what its firmware finds
   */
  async start(isDirect = false): Promise<string> {
    const { kernel, initramfs, root, firmware } = this.#image;
    const file = (name: string): string => join(this.#folder, name);
    const connected = once(this.#server, 'connection');
    const child = startGroup(
      [
        // It does not outlive who has started it.
        ...['setpriv', '--pdeathsig', 'KILL'],
        ...['qemu-system-x86_64', '-machine', 'q35,accel=tcg', ...processor, '-m', '768'],
        ...['-nodefaults', '-display', 'none', '-serial', 'stdio'],
        ...(isDirect ? ['-kernel', kernel, '-initrd', initramfs, '-append', 'console=ttyS0 panic=-1 quiet'] : []),
        ...(isDirect || this.#firmware === 'bios'
          ? []
          : [
              ...['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${firmware}`],
              ...['-drive', `if=pflash,unit=1,format=raw,file=${file('variables')}`],
            ]),
        ...drive('machine-disk', file('disk'), { device: `bootindex=${isDirect ? 1 : 0}` }),
        ...drive('machine-root', root, { file: 'readonly=on' }),
        ...drive('machine-work', file('work.tar'), { file: 'readonly=on' }),
        ...['-device', 'virtio-serial-pci', '-chardev', `socket,id=agent,path=${file('agent')}`],
        ...['-device', 'virtserialport,chardev=agent,name=agent'],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#child = child;
    this.#heard = this.#console.length;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#console += text));
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`QEMU ended:\n${this.#lastWords()}`)));
    ended.catch(() => {}); // It is an error only for who waits.
    const [socket] = (await Promise.race([connected, ended])) as [Socket];
    socket.on('error', () => {});
    this.#socket = socket;
    this.#lines = createInterface({ input: socket });
    this.#answers = this.#lines[Symbol.asyncIterator]();
    return this.ready();
  }

  /** What it says once it is up again. */
  async ready(): Promise<string> {
    const line = await this.#answer();
    if (!line.startsWith('ready')) throw new Error(`It was to come up, and said: ${line}\n${this.#lastWords()}`);
    return line.slice('ready'.length).trim();
  }

  /** Waits until its console has said this since it was last switched on or asked this. */
  async saying(words: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => reject(new Error(`It does not say ${words}:\n${this.#lastWords()}`)), patienceMs);
    const look = (): void => {
      const at = this.#console.indexOf(words, this.#heard);
      if (at === -1) return;
      this.#heard = at + words.length;
      resolve(undefined);
    };
    this.#child?.stdout?.on('data', look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#child?.stdout?.off('data', look);
    }
  }

  /** Runs a script there with bash. */
  async run(script: string): Promise<CommandResult> {
    this.tell(script);
    const [word, exit, stdout = '', stderr = ''] = (await this.#answer()).split(' ');
    if (word !== 'done') throw new Error(`It was to answer, and said ${word ?? 'nothing'}:\n${this.#lastWords()}`);
    const text = (coded: string): string => Buffer.from(coded, 'base64').toString();
    return { exitCode: Number(exit), stdout: text(stdout), stderr: text(stderr) };
  }

  /** The same, for what gives no answer: a restart. */
  tell(script: string): void {
    this.#socket?.write(`${Buffer.from(script).toString('base64')}\n`);
  }

  /** The power fails: what it has not written by now is lost. */
  async cut(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    this.#lines?.close();
    this.#socket?.destroy();
  }

  async #answer(): Promise<string> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`It says nothing:\n${this.#lastWords()}`)), patienceMs);
    try {
      const next = await Promise.race([this.#answers?.next(), late]);
      if (next === undefined || next.done) throw new Error(`It is gone:\n${this.#lastWords()}`);
      return next.value;
    } finally {
      clearTimeout(timer);
    }
  }

  #lastWords(): string {
    return this.#console.slice(-3000);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
