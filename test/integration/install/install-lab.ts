import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runnerFile } from '../../../electron/engine/jobs/job-folder.ts';
import { jobId, type JobId } from '../../../shared/contract/ids.ts';
import { jobDetail, jobSummary, type JobDetail } from '../../../shared/contract/job.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { commandLine, createLab, nodePath, type Lab, type LabHost } from '../../lab/index.ts';
import { RunningDeploy, stagesOf, type Deployed } from '../deploy/deploy-lab.ts';

const program = commandLine;
const terminalProcess = join(import.meta.dirname, 'terminal-process.ts');
const seenTerminal = z.object({
  place: z.string(),
  /** What ran for it, and what was left when it was closed. */
  programs: z.array(z.string()),
  left: z.array(z.string()),
  text: z.string(),
  /** null: it was closed. */
  end: z.object({ exitCode: z.int().nullable(), signal: z.int().nullable() }).nullable(),
});
/** `shows`: a regular expression that is waited for. */
type TerminalStep =
  { shows: string } | { type: string } | { resize: { columns: number; rows: number } } | { ends: true };

/** A layout for a disk of the lab: a partition for the boot loader and one for everything. */
export function layout(serial: string, root = '100%', boot = '1M'): string {
  return `{
  disko.devices.disk.main = {
    device = "/dev/disk/by-id/lab-Lab_disk_${serial}";
    type = "disk";
    content = {
      type = "gpt";
      partitions = {
        boot = {
          size = "${boot}";
          type = "EF02";
        };
        root = {
          size = "${root}";
          content = {
            type = "filesystem";
            format = "ext4";
            mountpoint = "/";
          };
        };
      };
    };
  };
}
`;
}

/** A lab whose owner installs machines with the product's own command line; every machine has a fleet of its own. */
export class InstallLab implements AsyncDisposable {
  readonly lab: Lab;
  readonly #template: string;
  kexecImage = '';
  /** Words before those of the command line, of a program that runs it. */
  before: readonly string[] = [];

  private constructor(lab: Lab) {
    this.lab = lab;
    this.#template = join(lab.folder, 'fleets/template');
  }

  static async start(name: string): Promise<InstallLab> {
    const home = new InstallLab(await createLab({ name, onProgress: console.log }));
    const key = (await readFile(join(home.lab.folder, 'home/.ssh/id_ed25519.pub'), 'utf8')).trim();
    await home.must('fleet', 'new', home.#template, '--name', 'home', '--user', 'sam', '--key', key);
    await home.lab.lock(home.#template);
    await home.lab.controller.exec(['git', 'commit', '-qam', 'Lock'], { cwd: home.#template });
    home.kexecImage = await home.lab.kexecImage();
    return home;
  }

  /** A machine with one disk, whose serial number is made of its name, and a fleet without hosts for it. */
  async machine(
    name: string,
    options: { role?: 'installer' | 'debian' | 'nixos'; size?: string; memory?: string } = {},
  ): Promise<Bench> {
    const { role = 'installer', size = '1G', memory } = options;
    const serial = `LAB-${name.toUpperCase()}`;
    const room = memory === undefined ? {} : { size: memory };
    const [host] = await this.lab.up([name], { role, disks: [{ size, serial }], ...room });
    if (host === undefined) throw new Error('The lab started nothing');
    const fleet = join(this.lab.folder, 'fleets', name);
    await cp(this.#template, fleet, { recursive: true });
    return new Bench(this, host, fleet, serial);
  }

  async cli(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
    return this.lab.controller.exec([...this.before, 'node', program, ...argv], { timeoutMs: 110_000, env });
  }

  async must(...argv: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.cli(argv);
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}\n${stderr}${stdout}`);
    return stdout;
  }

  async job(id: JobId): Promise<JobDetail> {
    return jobDetail.parse(JSON.parse(await this.must('jobs', 'show', id, '--json')));
  }

  /** The newest job about a host. */
  async latestJob(host: string): Promise<JobId> {
    const jobs = z.array(jobSummary).parse(JSON.parse(await this.must('jobs', 'list', '--json')));
    const latest = jobs.find(({ hosts }) => hosts.some((name) => name === host));
    if (latest === undefined) throw new Error(`there is no job about ${host}`);
    return latest.id;
  }

  /** Ends the process that runs a job, as a power cut does: it has no chance to say so. */
  async killRunner(id: JobId): Promise<void> {
    const file = join(this.lab.folder, 'state/jobs', id, 'runner.json');
    const { runner } = runnerFile.parse(JSON.parse(await readFile(file, 'utf8')));
    await this.lab.controller.exec(['kill', '-9', String(runner.pid)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab.down();
  }
}

/** One machine that is installed, with the fleet that it becomes a part of. The host is called as the machine. */
export class Bench {
  readonly home: InstallLab;
  readonly host: LabHost;
  readonly fleet: string;
  readonly serial: string;
  /** What a person would type: NIXSTEAD_SSH_PASSWORD and the like. */
  secrets: Readonly<Record<string, string>> = {};

  constructor(home: InstallLab, host: LabHost, fleet: string, serial: string) {
    this.home = home;
    this.host = host;
    this.fleet = fleet;
    this.serial = serial;
  }

  get name(): string {
    return this.host.name;
  }

  /** Writes a layout into the shared folder. */
  async layout(root?: string, boot?: string): Promise<string> {
    const file = join(this.home.lab.folder, `${this.name}.nix`);
    await writeFile(file, layout(this.serial, root, boot));
    return file;
  }

  /** Its SSH server shuts out whoever fails to log in too often, as those since OpenSSH 9.8 do, and tells of each step to that. */
  async shutsOut(): Promise<void> {
    const script = 'sed -i "s/^PerSourcePenalties .*/PerSourcePenalties yes\\nLogLevel VERBOSE/" /etc/ssh/sshd_config';
    await this.host.read('sh', '-c', `${script} && pkill -HUP -o -x sshd`);
  }

  /** Nix text for the module that every host of the fleet has. */
  config(text: string): Promise<void> {
    return this.common((before) => {
      const withPackages = before.replace(/^\{ lib, \.\.\. \}:/m, '{ lib, pkgs, ... }:');
      return withPackages.replace(/\}\s*$/, `${text}\n}\n`);
    });
  }

  /** Changes the module that every host of the fleet has. */
  async common(change: (text: string) => string): Promise<void> {
    const file = join(this.fleet, 'modules/common.nix');
    await writeFile(file, change(await readFile(file, 'utf8')));
  }

  /** Begins to install it, with all that the gate wants unless told otherwise. */
  async install(
    flags: readonly string[] = [],
    { user = 'root', confirm = this.serial, root }: { user?: string; confirm?: string; root?: string } = {},
  ): Promise<RunningDeploy> {
    const kexec = ['--kexec', this.home.kexecImage];
    const wanted = ['--layout', await this.layout(root), '--confirm-wipe', confirm, ...kexec, ...flags];
    return this.run('--target', `${user}@${this.host.address}`, ...wanted);
  }

  run(...words: string[]): RunningDeploy {
    const argv = ['install', this.fleet, this.name, '--json', ...words];
    return new RunningDeploy(this.home.lab, argv, this.secrets, this.home.before);
  }

  resume(id: JobId, ...flags: string[]): Promise<Deployed> {
    return this.run('--resume', id, ...flags).over();
  }

  /** Opens a terminal on the machine as an install has left it, and does this in it. */
  async terminal(id: JobId, steps: readonly TerminalStep[]): Promise<z.infer<typeof seenTerminal>> {
    const { stdout, stderr } = await this.home.lab.controller.exec([nodePath, terminalProcess], {
      stdin: JSON.stringify({ jobId: id, size: { columns: 91, rows: 33 }, steps }),
      timeoutMs: 60_000,
    });
    if (stdout === '') throw new Error(stderr);
    return seenTerminal.parse(JSON.parse(stdout));
  }

  /** The error of an install that ended early. */
  errorOf({ result }: Deployed): Problem {
    const error = result.hosts[this.name]?.error;
    if (error === undefined) throw new Error(`it did not fail: ${JSON.stringify(result)}`);
    return error;
  }

  stagesOf({ steps }: Deployed): string {
    return stagesOf(steps, this.name);
  }

  /** A digest of the disk's first 64 MiB, where whatever partitions or formats leaves its traces. */
  digest(): Promise<string> {
    return this.host.read('sh', '-c', 'head -c 67108864 /dev/vda | sha256sum');
  }
}

export const idOf = (line: { job: string }): JobId => jobId.parse(line.job);
