import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostSession } from '../../../electron/engine/deploy/host-session.ts';
import { quoteArgument } from '../../../electron/engine/ssh/quote.ts';
import { FirmwareMachine, type MachineFirmware } from '../../lab/virtual-machine/firmware-machine.ts';

export type BootLoader = 'systemd-boot' | 'grub';
/** What a system does instead of coming up. */
export type Failure = 'panic' | 'hang';

const own = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');
const scripts = ['prepare.sh', 'make-system.sh', 'switch-to-configuration.sh'];
const release = 'cd /; umount /boot /var/lib/nixstead /nix /state; sync';

/** A machine that is NixOS as far as its boot goes: real firmware and boot loader, and systems that boot and no more. */
export class NixosMachine implements AsyncDisposable {
  /** What the product talks to, as over SSH. */
  readonly session: HostSession;
  readonly #loader: BootLoader;
  readonly #machine: FirmwareMachine;

  private constructor(loader: BootLoader, machine: FirmwareMachine) {
    this.#loader = loader;
    this.#machine = machine;
    this.session = {
      place: 'machine',
      isOpen: true,
      exec: async (argv) => ({ ...(await machine.run(argv.map(quoteArgument).join(' '))), signal: null }),
      [Symbol.dispose]: () => {},
    };
  }

  /** With the boot loader on its disk, and up with its first system. */
  static async make(loader: BootLoader, firmware: MachineFirmware): Promise<NixosMachine> {
    const made = new NixosMachine(loader, await FirmwareMachine.make(firmware, own('agent.sh')));
    try {
      await made.#machine.start(true);
      await made.#takeScripts();
      await made.must(`bash /tmp/prepare.sh ${loader} ${firmware}`);
      await made.deploy(1);
      await made.must(release);
      await made.cut();
      await made.switchOn();
      return made;
    } catch (error) {
      await made[Symbol.asyncDispose]();
      throw error;
    }
  }

  get console(): string {
    return this.#machine.console;
  }

  /** What a script of bash says there. @throws Error where it fails */
  async must(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#machine.run(`set -e\n${script}`);
    if (exitCode !== 0) throw new Error(`${script}\nended with ${exitCode}: ${stdout}${stderr}`);
    return stdout.trim();
  }

  /** Makes a system, and deploys it with goal boot; its path. A system of the same number is the same one. */
  async deploy(number: number, fails: Failure | '' = ''): Promise<string> {
    const system = await this.must(`bash /tmp/make-system.sh ${this.#loader} ${number} ${fails}`);
    await this.must(
      `ln -sfn system-${number}-link /nix/var/nix/profiles/system; ${system}/bin/switch-to-configuration boot`,
    );
    return system;
  }

  /** As a person restarts it; what it runs then. */
  async restart(): Promise<string> {
    this.leave();
    return this.#up();
  }

  /** The same, without waiting for what comes then. */
  leave(): void {
    this.#machine.tell(`${release}; echo b > /proc/sysrq-trigger`);
  }

  /** Waits until its console says this. */
  async saying(words: string): Promise<void> {
    await this.#machine.saying(words);
  }

  /** The power fails. */
  async cut(): Promise<void> {
    await this.#machine.cut();
  }

  async switchOn(): Promise<string> {
    return this.#up(this.#machine.start());
  }

  async #up(said = this.#machine.ready()): Promise<string> {
    const system = await said;
    if (system !== 'hangs') await this.#takeScripts();
    return system;
  }

  async #takeScripts(): Promise<void> {
    for (const name of scripts) await this.must(`cat > /tmp/${name} << 'END OF FILE'\n${own(name)}END OF FILE`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#machine[Symbol.asyncDispose]();
  }
}
