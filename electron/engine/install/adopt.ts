import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Adopted, AdoptRequest, InstallRequest } from '../../../shared/contract/install.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import { defaultInstallOptions } from '../../../shared/install/default-options.ts';
import { layoutOfMachine } from '../../../shared/install/layout-of-machine.ts';
import { releaseOf } from '../../../shared/machines/release.ts';
import { formatValue } from '../../../shared/nix/value.ts';
import { deployAddresses, deployTitle, planDeploy } from '../deploy/plan.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { git } from '../git/core.ts';
import { gitOnFiles } from '../git/on-files.ts';
import { workTreeRoot } from '../git/root.ts';
import { probeMachine } from '../machines/probe.ts';
import { loginTarget } from '../machines/reach.ts';
import type { EngineParts } from '../parts.ts';
import { connect } from '../ssh/client.ts';
import { fingerprint } from '../ssh/host-key.ts';
import { judgeHostKey, pinHostKey, readKnownHosts } from '../ssh/known-hosts.ts';
import type { SshSession } from '../ssh/session.ts';
import { judgeAccess } from './access.ts';
import { evaluateInstall, type EvaluatedInstall } from './evaluate.ts';
import { resolveArgv } from './machine-scripts.ts';
import { hostFile, planFiles, writePlanned } from './plan-files.ts';
import { installError, installProblems } from './problems.ts';
import { mountDifferences } from './verify.ts';

type Parts = Pick<EngineParts, 'fleets' | 'files' | 'machines' | 'jobs'>;

/**
 * Takes a machine that runs NixOS into the fleet: what is on its disks becomes its layout where that can be told, what is
 * in it its hardware report, and what the configuration would mount is compared with what is mounted. Nothing on the
 * machine is changed; the first deploy is a dry-activate.
 */
export async function adoptMachine(request: AdoptRequest, parts: Parts, signal?: AbortSignal): Promise<Adopted> {
  const { fleets, files, machines, jobs } = parts;
  // Before a machine is asked for anything: files of the fleet are written in the end.
  const folder = await fleets.editableFolder(request.fleetId);
  const limit = AbortSignal.timeout(300_000);
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit]);
  const target = loginTarget(request);
  const secrets = machines.secretsOf(target);
  using session = await connect(target, { files, secrets, signal: stop });
  if (request.hostKeyFingerprint !== '' && fingerprint(session.hostKey) !== request.hostKeyFingerprint) {
    throw installError(
      installProblems.keyChanged(session.place, fingerprint(session.hostKey), request.hostKeyFingerprint),
    );
  }
  const report = await probeMachine(session, { sudoPassword: secrets.sudoPassword ?? secrets.password, signal: stop });
  requireNixos(report);

  const layout = layoutOfMachine(report);
  const notes = layout.ok ? [] : [`${layout.reason} Its file systems stand in hardware-configuration.nix instead.`];
  const { fleet } = await fleets.view(request.fleetId);
  // A declaration was worked out, and seen, with the release that it has.
  const release = request.declaration === undefined ? releaseOf(report) : null;
  const stateVersion = release ?? request.newHost.stateVersion;
  notes.push(
    `Its system.stateVersion is written as ${stateVersion}. It has to be the release that the machine was installed with: where that was an older one, write it there before the first switch.`,
  );
  const wanted: InstallRequest = {
    ...request,
    newHost: { ...request.newHost, stateVersion },
    network: null,
    layout: layout.ok
      ? { text: layout.text, companion: await bootLoader(session, report, layout.hasBiosBoot, stop) }
      : null,
    options: defaultInstallOptions,
  };
  const planned = await planFiles(folder, wanted);
  await writePlanned(folder, planned, stop);
  const hardware = hostFile(request, 'hardware-configuration.nix');
  await writeHardware(session, join(folder, hardware), layout.ok, stop);
  const written = [...planned.map(({ path }) => path), hardware];
  if (workTreeRoot(folder) !== null) {
    await git(['add', '--intent-to-add', '--', ...written], { cwd: folder, signal: stop });
  }

  const view = await fleets.current(request.fleetId);
  const host = view.hosts.find(({ name }) => name === request.host);
  if (host === undefined) throw installError(installProblems.noSuchHost(request.host));
  // The fleet may know it by another address than the one that it was read at; its key is the same.
  if (host.target !== null) {
    const address = { host: host.target.host, port: host.target.port ?? 22 };
    const known = await readKnownHosts([files.knownHosts]);
    const isNew = judgeHostKey(known, address, session.hostKey).state === 'unknown';
    if (isNew) await pinHostKey(files.knownHosts, address, session.hostKey);
  }
  const plan = await evaluateInstall(
    { emit: () => undefined, log: () => undefined, signal: stop },
    {
      fleet: {
        name: fleet.name,
        path: folder,
        ref: fleet.ref,
        form: fleet.kinds.includes('hive.nix') ? 'hive.nix' : 'flake',
      },
      host: request.host,
      source: host.sources[0] ?? 'nixosConfigurations',
      options: defaultInstallOptions,
    },
  );
  const access = judgeAccess(plan.access, {
    host: request.host,
    fleetTarget: host.target,
    options: defaultInstallOptions,
  });
  if (access !== null) notes.push(`${access.problem.title}: ${access.problem.advice[0] ?? ''}`);
  const differences = [
    ...mountDifferences(plan.mounts, report),
    ...(await deviceDifferences(session, plan.mounts, report, stop)),
  ];
  if (request.commits && differences.length === 0 && workTreeRoot(folder) !== null) {
    await gitOnFiles(['add'], written, { cwd: folder, signal: stop });
    const message = `Take over ${request.host}`;
    await git(['--literal-pathspecs', 'commit', '--quiet', '--message', message, '--only', '--', ...written], {
      cwd: folder,
      signal: stop,
    });
  }
  return {
    files: written,
    layout: layout.ok ? 'imported' : 'not-describable',
    differences,
    notes,
    jobId: differences.length > 0 ? null : await dryActivate(request, parts, jobs),
  };
}

function requireNixos({ os, nixos }: MachineReport): void {
  if (os.isInstaller)
    throw installError(installProblems.notAdoptable('It runs the installer, not a system of its own', os.name));
  if (!os.isNixos || nixos === null) throw installError(installProblems.notAdoptable('It does not run NixOS', os.name));
}

/** The boot loader that it has: the new system must not bring another one beside it. */
async function bootLoader(
  session: SshSession,
  report: MachineReport,
  hasBiosBoot: boolean,
  signal: AbortSignal,
): Promise<string | null> {
  const script =
    'if [ -d /boot/loader/entries ] || [ -d /efi/loader/entries ]; then echo systemd-boot; else echo grub; fi';
  const { stdout } = await session.exec(['sh', '-c', script], { signal, timeoutMs: 10_000 });
  if (stdout.includes('systemd-boot')) {
    const loader = { 'systemd-boot': { enable: true }, efi: { canTouchEfiVariables: true } };
    return `# The boot loader that the machine had when it was taken over.\n${formatValue({ boot: { loader } })}\n`;
  }
  // disko itself names the disks of a BIOS boot partition.
  if (report.firmware.kind !== 'bios' || hasBiosBoot) return null;
  const disk = report.disks.find(({ isSystemDisk }) => isSystemDisk);
  if (disk === undefined) return null;
  const device = disk.byId[0] ?? disk.path;
  return `# The boot loader that the machine had when it was taken over.\n${formatValue({ boot: { loader: { grub: { device } } } })}\n`;
}

async function writeHardware(
  session: SshSession,
  path: string,
  hasLayout: boolean,
  signal: AbortSignal,
): Promise<void> {
  const flags = hasLayout ? ['--no-filesystems'] : [];
  const argv = ['nixos-generate-config', '--show-hardware-config', ...flags] as const;
  const { stdout, stderr, exitCode } = await session.exec([...argv], { signal, timeoutMs: 60_000 });
  if (exitCode !== 0 || stdout.trim() === '') {
    throw installError(
      installProblems.notAdoptable(
        'It does not tell what hardware it has',
        stderr.trim() || `${argv.join(' ')} ended with ${exitCode}`,
      ),
    );
  }
  mkdirSync(dirname(path), { recursive: true });
  await replaceFile(path, stdout);
}

/** Where a mount's device is not the one that is mounted there now: both are asked of the machine. */
async function deviceDifferences(
  session: SshSession,
  mounts: EvaluatedInstall['mounts'],
  report: MachineReport,
  signal: AbortSignal,
): Promise<string[]> {
  const pairs = Object.entries(mounts).flatMap(([target, { device }]) => {
    const source = report.mounts.findLast((mount) => mount.target === target)?.source;
    return device?.startsWith('/dev/') && source?.startsWith('/dev/') ? [{ target, device, source }] : [];
  });
  const names = pairs.flatMap(({ device, source }) => [device, source]);
  if (names.length === 0) return [];
  const { stdout } = await session.exec(resolveArgv(...names), { signal, timeoutMs: 15_000 });
  const real = new Map(
    stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .flatMap(([name = '', path]) => (path === undefined ? [] : [[name, path.trim()] as const])),
  );
  return pairs.flatMap(({ target, device, source }) => {
    const [wanted, now] = [real.get(device), real.get(source)];
    if (wanted === undefined) return [`${target} would be mounted from ${device}, which the machine does not have.`];
    return wanted === now ? [] : [`${target} would be mounted from ${device} (${wanted}), and is ${source} now.`];
  });
}

async function dryActivate({ fleetId, host }: AdoptRequest, { fleets, files }: Parts, jobs: Parts['jobs']) {
  const spec = planDeploy(await fleets.current(fleetId), { hosts: [host], goal: 'dry-activate' }, files.folder);
  const about = { kind: 'deploy', title: deployTitle(spec), fleetId, hosts: [host] };
  return jobs.queue({ ...about, spec, addresses: deployAddresses(spec) });
}
