import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, runCommand } from '../run-command.ts';
import { prepareMachineImage } from './image.ts';
import { drive, processor, writeBlank } from './qemu.ts';

/** A blank disk; the machine finds it at `/dev/disk/by-id/virtio-SERIAL` (at most 20 characters). */
export interface MachineDisk {
  readonly serial: string;
  readonly sizeBytes: number;
}

export interface MachineWork {
  readonly disks: readonly MachineDisk[];
  /** Files by name; `work.sh` is run by bash, as root, and may write files to `/lab/results`. */
  readonly files: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What the work left: the files of `/lab/results`, and what it said (`output`, both streams). */
export interface MachineResult {
  readonly exitCode: number;
  readonly output: string;
  readonly files: Readonly<Record<string, string>>;
}

const RESULTS_BYTES = 16 * 1024 ** 2;

/**
 * Starts a virtual machine with these disks, lets it work, and takes its results. There is no network in it.
 * @throws Error with the last words of the console where it does not come to results
 */
export async function runInVirtualMachine({ disks, files, timeoutMs }: MachineWork): Promise<MachineResult> {
  const image = await prepareMachineImage();
  const folder = mkdtempSync(join(tmpdir(), 'nixstead-machine-'));
  try {
    const work = join(folder, 'work');
    const results = join(folder, 'results');
    await mustRun(['mkdir', '-p', work, results]);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
    const workFile = join(folder, 'work.tar');
    const resultsFile = join(folder, 'results.tar');
    await mustRun(['tar', '-C', work, '-cf', workFile, '.']);
    writeBlank(resultsFile, RESULTS_BYTES);
    const blank = disks.map((disk) => {
      const file = join(folder, `${disk.serial}.img`);
      writeBlank(file, disk.sizeBytes);
      return drive(disk.serial, file, { file: 'discard=unmap,detect-zeroes=unmap' });
    });
    const consoleFile = join(folder, 'console');
    const argv = [
      ...['qemu-system-x86_64', '-machine', 'pc,accel=tcg', ...processor, '-m', '1536'],
      ...['-nodefaults', '-no-reboot', '-display', 'none', '-serial', `file:${consoleFile}`],
      ...['-kernel', image.kernel, '-initrd', image.initramfs, '-append', 'console=ttyS0 panic=-1 quiet'],
      ...drive('machine-root', image.root, { file: 'readonly=on' }),
      ...drive('machine-work', workFile, { file: 'readonly=on' }),
      ...drive('machine-results', resultsFile),
      ...blank.flat(),
    ];
    const said = (): string => readFileSync(consoleFile, 'utf8').slice(-3000);
    const { exitCode, stderr } = await runCommand(argv, { timeoutMs }).catch((error: unknown) => {
      throw new Error(`The virtual machine did not end:\n${said()}`, { cause: error });
    });
    const { exitCode: unpacked } = await runCommand(['tar', '-C', results, '-xf', resultsFile]);
    const found = Object.fromEntries(
      readdirSync(results).map((name) => [name, readFileSync(join(results, name), 'utf8')]),
    );
    if (exitCode !== 0 || unpacked !== 0 || found['exit'] === undefined) {
      throw new Error(`The virtual machine came to no results (${exitCode}): ${stderr}\n${said()}`);
    }
    return { exitCode: Number(found['exit']), output: found['output'] ?? '', files: found };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
