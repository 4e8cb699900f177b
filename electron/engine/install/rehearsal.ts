import { existsSync, readFileSync } from 'node:fs';
import type { Problem } from '../../../shared/contract/problem.ts';
import { formatString } from '../../../shared/nix/value.ts';
import { JobCancelled } from '../jobs/context.ts';
import { nixHost } from '../nix/nix-program.ts';
import { captureNix } from '../nix/run.ts';
import { plainText } from '../nix/terminal-text.ts';
import { installError, installProblems } from './problems.ts';
import type { InstallRun } from './run.ts';
import type { InstallSpec } from './spec.ts';

/** Where disko's tests lay a passphrase of their own (disko, lib/tests.nix); what reads another file finds none. */
const testKey = '/tmp/secret.key';
const limitMs = 2 * 3_600_000;
const mostKept = 64 * 1024;
/** For what nix answers without evaluating. */
const askLimitMs = 15_000;
const mostToldLines = 12;

/** What nix says of the computers that could run a virtual machine. */
interface VmSettings {
  /** Of the computer that nix runs on, as nix calls it. */
  readonly own: string | null;
  readonly hasKvm: boolean;
  /** Lines of `builders`, or of the file that it names. */
  readonly builders: readonly string[];
  /** For a person: the settings that say so. */
  readonly evidence: string;
}

/** Whether nix could run a virtual machine for a system. Builders: `URI SYSTEMS KEY JOBS SPEED FEATURES …`. */
function canRun({ own, hasKvm, builders }: VmSettings, system: string | null): boolean {
  const isOwn = system === null || system === own;
  const isThere = builders.some((line) => {
    const [, systems = '', , , , features = ''] = line.trim().split(/\s+/);
    return features.split(',').includes('kvm') && (system === null ? true : systems.split(',').includes(system));
  });
  return (hasKvm && isOwn) || isThere;
}

/**
 * Reads the answer of `nix config show`.
 * @param has `kvm` null: whether there is a device is not known, as on another machine
 */
export async function readVmSettings(
  answer: string,
  has: { readonly kvm: boolean | null; readonly file: (path: string) => Promise<string> },
): Promise<VmSettings> {
  const of = (name: string): string => new RegExp(`^${name} = (.*)$`, 'm').exec(answer)?.[1]?.trim() ?? '';
  const [features, named] = [of('system-features'), of('builders')];
  const builders = named.startsWith('@') ? await has.file(named.slice(1)) : named;
  const lines = builders.split(/[\n;]/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return {
    own: of('system') || null,
    // A daemon may use what this user may not.
    hasKvm: has.kvm === true || features.split(/\s+/).includes('kvm'),
    builders: lines,
    evidence: [
      has.kvm === false ? '/dev/kvm is not there' : '',
      `system-features = ${features}`,
      lines.length === 0 ? 'no builders' : `builders = ${lines.join('; ')}`,
    ]
      .filter((line) => line !== '')
      .join('\n'),
  };
}

async function askVmSettings(): Promise<VmSettings> {
  // `nix config show` (2.20 and newer) was `nix show-config` before.
  const newer = await captureNix({ args: ['config', 'show'], timeLimitMs: askLimitMs });
  const { stdout } =
    newer.exit.code === 0 ? newer : await captureNix({ args: ['show-config'], timeLimitMs: askLimitMs });
  if (nixHost() !== null) return readVmSettings(stdout, { kvm: null, file: readThere });
  const file = async (path: string): Promise<string> => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return readVmSettings(stdout, { kvm: existsSync('/dev/kvm'), file });
}

/** A file of the machine that nix runs on; empty where there is none. */
async function readThere(path: string): Promise<string> {
  const args = ['eval', '--impure', '--raw', '--expr', `builtins.readFile ${formatString(path)}`] as const;
  const { exit, stdout } = await captureNix({ args, timeLimitMs: askLimitMs });
  return exit.code === 0 ? stdout : '';
}

/**
 * Why a host cannot be rehearsed; empty: it can.
 * @param about the machine's system, and the files from which the layout reads its keys
 */
export async function whyNoRehearsal(
  { fleet, source }: Pick<InstallSpec, 'source' | 'fleet'>,
  about: { readonly system: string | null; readonly wantedKeys: readonly string[] },
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const settings = await askVmSettings();
  if (!canRun(settings, about.system)) {
    const other = about.system === null || about.system === settings.own ? '' : `the machine is ${about.system}\n`;
    problems.push(installProblems.noVirtualMachine(other + settings.evidence));
  }
  if (fleet.form !== 'flake' || source !== 'nixosConfigurations') {
    const title = 'Only hosts of nixosConfigurations in a flake can be rehearsed';
    problems.push(installProblems.notRehearsable(title, source, 'Go on without a rehearsal.'));
  }
  const keys = about.wantedKeys.filter((key) => key !== testKey);
  if (keys.length > 0) {
    const title = 'The virtual machine has no key for the encrypted disks';
    const advice = `Let the layout read its passphrase from ${testKey}: disko’s tests have one there.`;
    problems.push(installProblems.notRehearsable(title, keys.join('\n'), advice));
  }
  return problems;
}

/**
 * Has nixos-anywhere install the host into a virtual machine that boots it then: it builds disko's
 * `system.build.installTest`, whose console is the log.
 */
export async function rehearseStage(run: InstallRun): Promise<void> {
  const { context, spec, program } = run;
  if (program === null) throw new TypeError('nixos-anywhere was not looked for');
  run.enter('rehearse');
  const [first, ...rest] = program.argv;
  let output = '';
  const { exitCode } = await context.run({
    host: spec.host,
    stage: 'rehearse',
    argv: [first, ...rest, '--flake', `${spec.fleet.ref}#${spec.host}`, '--vm-test'],
    env: { GIT_TERMINAL_PROMPT: '0', ...run.nixEnvironment },
    signal: AbortSignal.timeout(limitMs),
    onOutput: (text) => {
      output = (output + text).slice(-mostKept);
      run.steps.progress('rehearse', { note: lastLines(output, 1) });
    },
  });
  if (context.signal.aborted) throw new JobCancelled();
  if (exitCode !== 0) throw installError(installProblems.rehearsalFailed(spec.host, lastLines(output, mostToldLines)));
  run.steps.done('rehearse', 'installed and booted in a virtual machine');
}

function lastLines(output: string, count: number): string {
  const lines = plainText(output).split(/\r?\n/);
  return lines
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
