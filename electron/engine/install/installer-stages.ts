import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { judgeGate } from '../../../shared/install/gate.ts';
import { decimalSize } from '../../../shared/install/install-disks.ts';
import { ProblemError } from '../errors.ts';
import { replaceFile } from '../fleet/create/write-files.ts';
import { git } from '../git/core.ts';
import { workTreeRoot } from '../git/root.ts';
import { buildOnTargetCommand } from '../deploy/build.ts';
import { copyInJob, type CopyTarget } from '../nix/copy.ts';
import { nixError } from '../nix/errors.ts';
import { runNixInJob } from '../nix/run.ts';
import { parseFreeSpace } from '../nix/free-space.ts';
import { configPathWithoutSpaces } from '../ssh/config.ts';
import type { SshSession } from '../ssh/session.ts';
import { sshOptionWords, sshTarget } from '../ssh/target.ts';
import { runAnywhere, type AnywherePhaseName, type AnywhereRequest } from './anywhere.ts';
import { remoteFlake } from './build-place.ts';
import { evaluateInstall } from './evaluate.ts';
import { waitForMachine } from './locate.ts';
import { hardwareArgv, isMountedArgv, releaseArgv } from './machine-scripts.ts';
import { authorize, buildAll, disksNow } from './prepare-stages.ts';
import { installError, installProblems } from './problems.ts';
import type { InstallRun } from './run.ts';

const minuteMs = 60_000;
/** An image of 300 MB over a slow line. */
const kexecLimitMs = 20 * minuteMs;
/** From the moment at which the machine leaves its old system. */
const kexecBackLimitMs = 4 * minuteMs;
const diskoLimitMs = 60 * minuteMs;

/** What every run of nixos-anywhere is given. */
export function anywhere(
  run: InstallRun,
  phases: readonly [AnywherePhaseName, ...AnywherePhaseName[]],
): Omit<AnywhereRequest, 'silenceMs' | 'limitMs'> {
  const { program, spec, state } = run;
  if (program === null || state.diskoScript === null || state.system === null) throw new TypeError('Nothing was built');
  const home = join(run.secret.path, 'home');
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  return {
    program,
    host: spec.host,
    stage: phases[0],
    phases,
    target: run.target,
    identityFile: run.secret.loginKey().file,
    diskoScript: state.diskoScript,
    system: state.system,
    remoteFlake: remoteFlake(spec),
    nix: run.nixEnvironment,
    home,
    sudoPassword: run.secrets.sudoPassword ?? run.secrets.password,
    onProgress: ({ step }) => run.steps.progress(run.stage, { note: step }),
  };
}

/** Starts the installer in memory, unless the machine runs one already. The disks stay as they are. */
export async function kexecStage(run: InstallRun): Promise<void> {
  const { report, spec } = run;
  const isRoot = report.login.privilege === 'root';
  if (report.os.isInstaller && isRoot) {
    await authorize(run);
    run.becomeInstaller(run.target);
    run.finished('kexec');
    return run.steps.skip('kexec', 'runs already');
  }
  run.enter('kexec', 'handing over a key');
  await authorize(run);
  const { kexecImage } = spec.options;
  const back = new AbortController();
  const gaveUp = new AbortController();
  const beside: { waiting: Promise<void> | null; movedTo: string | null; failure: Error | null } = {
    ...{ waiting: null, movedTo: null, failure: null },
  };
  // nixos-anywhere waits at the old address for ever; we look at the others too, and not for ever.
  const waitBeside = async (): Promise<void> => {
    const { signal } = gaveUp;
    for (;;) {
      // The limit is one without any answer: the old system answers while the image is copied.
      const found = await waitForMachine(
        {
          targets: [{ ...run.target, user: 'root', port: null }],
          macs: spec.macs,
          expectedKeys: run.hostKey === null ? [] : [run.hostKey],
          sshOptions: ['-i', run.secret.loginKey().file],
          connect: { files: run.files },
        },
        {
          limitMs: kexecBackLimitMs,
          signal,
          onRound: (_, left) => run.steps.progress('kexec', { note: `waiting for the installer, ${left} s left` }),
        },
      );
      if (found === null) return back.abort();
      using session = found.session;
      if (await runsInstaller(session, signal)) {
        if (found.target.host !== run.target.host) beside.movedTo = found.target.host;
        run.becomeInstaller(found.target);
        return back.abort();
      }
      await wait(1000, undefined, { signal });
    }
  };
  try {
    const request = anywhere(run, ['kexec']);
    await runAnywhere(run.context, {
      ...request,
      flags: kexecImage === null ? [] : ['--kexec', kexecImage],
      silenceMs: kexecLimitMs,
      limitMs: kexecLimitMs,
      enough: back.signal,
      onProgress: (progress) => {
        request.onProgress?.(progress);
        if (progress.phase !== 'kexec') return;
        beside.waiting ??= waitBeside().catch((error: unknown) => {
          // nixos-anywhere was there first: nobody waits any more.
          if (gaveUp.signal.aborted) return;
          beside.failure = error instanceof Error ? error : new Error(String(error));
          back.abort();
        });
      },
    });
  } finally {
    gaveUp.abort();
    await beside.waiting;
  }
  if (beside.failure !== null) throw beside.failure;
  const isFoundElsewhere = run.target.user === 'root' && back.signal.aborted;
  if (back.signal.aborted && !isFoundElsewhere) {
    throw installError(installProblems.kexecNotBack(run.place, kexecBackLimitMs / 1000));
  }
  if (!isFoundElsewhere) run.becomeInstaller(run.target);
  run.save({ byKexec: !report.os.isInstaller });
  await requireInstaller(run);
  // What ran before is gone with its memory; what was added to it is on a disk that is erased, or back at a restart.
  run.finished('kexec');
  // Found by its network card, and known by its host key.
  const { movedTo } = beside;
  run.steps.done('kexec', movedTo === null ? run.report.os.name : `${run.report.os.name}, at ${movedTo} now`);
}

/** Whether it is the installer that answers; false also where the system goes down while it is asked. */
async function runsInstaller(session: SshSession, signal: AbortSignal): Promise<boolean> {
  try {
    const { stdout } = await session.exec(['cat', '/etc/os-release'], { signal, timeoutMs: 5000 });
    return /VARIANT_ID="?installer/.test(stdout);
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** The machine is the one that was probed, by its key, and runs the installer. */
export async function requireInstaller(run: InstallRun): Promise<void> {
  const report = await run.probe();
  if (!report.os.isInstaller) throw installError(installProblems.notInstaller(run.place, report.os.name));
}

/** Writes what is in the machine into the fleet, and builds again where that changed something. */
export async function hardwareStage(run: InstallRun): Promise<void> {
  const { spec, context } = run;
  const { hardware } = spec.options;
  const file = spec.files.hardware;
  if (hardware === 'none' || file === null) {
    run.finished('hardware');
    return run.steps.skip('hardware', hardware === 'none' ? 'not asked for' : 'the flake has its own');
  }
  run.enter('hardware');
  const session = await run.open();
  const argv = hardwareArgv[hardware];
  context.emit({
    type: 'command',
    command: { host: spec.host, stage: 'hardware', where: 'target', argv: [...argv], env: {} },
    exitCode: null,
  });
  const { stdout, stderr, exitCode } = await session.exec(argv, { signal: context.signal, timeoutMs: minuteMs });
  context.emit({
    type: 'command',
    command: { host: spec.host, stage: 'hardware', where: 'target', argv: [...argv], env: {} },
    exitCode: exitCode ?? 255,
  });
  if (exitCode !== 0 || stdout.trim() === '') {
    // Known by the layout and by the modules that NixOS includes anyway: not worth failing for.
    run.log(`No report of the hardware: ${stderr.trim() || `exit status ${exitCode}`}`);
    run.finished('hardware');
    return run.steps.skip('hardware', 'the installer has no such program');
  }
  const path = join(spec.fleet.path, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : null;
  if (before === stdout) {
    run.finished('hardware');
    return run.steps.done('hardware', 'as before');
  }
  mkdirSync(dirname(path), { recursive: true });
  await replaceFile(path, stdout);
  if (workTreeRoot(spec.fleet.path) !== null) {
    await git(['add', '--intent-to-add', '--force', '--', file], { cwd: spec.fleet.path, signal: context.signal });
  }
  run.steps.progress('hardware', { note: 'building with what was found' });
  run.evaluated = await evaluateInstall(context, spec);
  const note = await buildAll(run);
  run.finished('hardware');
  run.steps.done('hardware', `${file}, ${note}`);
}

/** Reads the disks again and compares them with what was confirmed. Nothing is erased before this is through. */
export async function gateStage(run: InstallRun): Promise<void> {
  const { spec } = run;
  run.enter('gate');
  // A new connection: whoever answers now is the machine that was probed.
  await run.reopen();
  await requireInstaller(run);
  const disks = await disksNow(run);
  run.save({ disks });
  const { confirmation, confirmedDisks } = spec;
  const problems = judgeGate({ host: spec.host, disks, confirmedDisks, confirmation, report: run.report });
  const [first] = problems;
  for (const problem of problems.slice(1))
    run.context.emit({ type: 'problem', host: spec.host, stage: 'gate', problem });
  if (first) throw new ProblemError(first);
  const erased = disks.filter(({ isErased }) => isErased);
  run.steps.done('gate', erased.map(({ identity }) => identity ?? '').join(', '));
}

/** Erases, partitions, formats and mounts. What an earlier attempt left mounted is taken away first. */
export async function diskoStage(run: InstallRun, mountOnly: boolean): Promise<void> {
  const { context, state } = run;
  run.enter('disko', mountOnly ? 'mounting' : '');
  const options = { signal: context.signal, timeoutMs: minuteMs };
  const { stdout } = await run.ask((session) => session.exec(releaseArgv(), options));
  if (stdout.includes('busy')) run.log('Something below /mnt is still in use on the machine.');
  using stack = new DisposableStack();
  const flags = [...run.diskKeys].flatMap(([remotePath, content], index) => {
    const { file } = stack.use(run.secret.secretFile(`disk-key-${index}`, content));
    return ['--disk-encryption-keys', remotePath, file];
  });
  if (!mountOnly)
    run.save({ mayHaveErased: true, done: state.done.filter((one) => one === 'kexec' || one === 'hardware') });
  const request = anywhere(run, ['disko']);
  const isBuiltThere = request.remoteFlake !== null;
  // The other script would erase what is to be mounted.
  if (mountOnly && !isBuiltThere && state.mountScript === null) {
    throw installError(installProblems.noMountScript(run.spec.host));
  }
  const there = [
    ...(mountOnly ? ['--disko-mode', 'mount'] : []),
    ...(run.spec.options.withoutDiskoDependencies ? ['--no-disko-deps'] : []),
  ];
  const reached = { hasErased: false };
  try {
    await runAnywhere(context, {
      ...request,
      ...(mountOnly && state.mountScript !== null ? { diskoScript: state.mountScript } : {}),
      flags: [...flags, ...(isBuiltThere ? there : [])],
      silenceMs: diskoLimitMs,
      limitMs: diskoLimitMs,
      onProgress: (progress) => {
        reached.hasErased = progress.hasErased;
        request.onProgress?.(progress);
      },
    });
  } catch (error) {
    // It has come to its own end before it began to erase: by its own line, which it writes before it does.
    if (error instanceof ProblemError && !reached.hasErased) {
      run.save({ mayHaveErased: state.mayHaveErased, done: state.done });
    }
    throw error;
  }
  run.finished('disko');
  const erased = run.state.disks.filter(({ isErased }) => isErased).length;
  run.steps.done('disko', mountOnly ? 'mounted' : erased === 1 ? '1 disk' : `${erased} disks`);
}

/** Copies the system into /mnt, with progress in bytes; nixos-anywhere then finds it there. */
export async function copyStage(run: InstallRun): Promise<void> {
  const { context, spec, state } = run;
  if (state.system === null) throw new TypeError('Nothing was built');
  run.enter('copy');
  const options = { signal: context.signal, timeoutMs: 15_000 };
  const { stdout } = await run.ask((session) => session.exec(isMountedArgv, options));
  if (!stdout.includes('mounted')) throw installError(installProblems.notMounted(run.place));
  if (spec.options.buildOn.kind === 'target') return buildThere(run);
  const { copies, bytes } = await copyInJob(context, {
    host: spec.host,
    paths: [state.system],
    ...mountedStore(run),
    substituteOnDestination: true,
    shownTarget: run.place,
    askFreeSpace: async () => {
      const session = await run.open();
      const { stdout } = await session.exec(['df', '-P', '-k', '/mnt'], { signal: context.signal });
      return parseFreeSpace(stdout);
    },
    onUpdate: ({ view }) =>
      run.steps.progress('copy', {
        done: view.bytes.done,
        total: view.bytes.total,
        unit: 'bytes',
        bytesPerSecond: view.bytes.perSecond,
        note: view.copies.expected === 0 ? '' : `${view.copies.done} of ${view.copies.expected} paths`,
      }),
  });
  run.finished('copy');
  run.steps.done(
    'copy',
    copies.expected === 0 ? 'nothing to copy' : `${copies.expected} paths, ${decimalSize(bytes.total)}`,
  );
}

/**
 * The store below /mnt of the installer. nixos-anywhere looks at no host key: that who answers is still the machine that
 * was probed is proven by nix's own connection after it, which takes no other.
 */
function mountedStore(run: InstallRun): { target: CopyTarget; sshOptions: string[] } {
  const target = sshTarget(run.target);
  return {
    target: { host: target.host, user: 'root', root: '/mnt' },
    sshOptions: [
      '-F',
      configPathWithoutSpaces(run.files),
      `-oIdentityFile=${run.secret.loginKey().file}`,
      '-oIdentitiesOnly=yes',
      // The machine is known by its key, not by the address that it may have got anew.
      `-oUserKnownHostsFile=${run.secret.knownHosts(run.hostKey)}`,
      '-oGlobalKnownHostsFile=/dev/null',
      '-oHostKeyAlias=installer',
      ...sshOptionWords(target),
    ],
  };
}

/** Has the installer build the system into /mnt, as `nixos-anywhere --build-on remote` does; that then finds it there. */
async function buildThere(run: InstallRun): Promise<void> {
  const { context, spec, plan } = run;
  const { exit, progress } = await runNixInJob(context, {
    host: spec.host,
    stage: 'copy',
    ...buildOnTargetCommand(mountedStore(run), plan.system.drv),
    onUpdate: ({ view, changedNodes }) => {
      if (changedNodes.length > 0) context.emit({ type: 'build', host: spec.host, nodes: [...changedNodes] });
      run.steps.progress('copy', {
        done: view.builds.done + view.fetches.done,
        total: view.builds.expected + view.fetches.expected,
        unit: 'derivations',
        note: view.activity ?? 'building on the machine',
      });
    },
  });
  if (exit.code !== 0) throw nixError({ exit, progress, verb: 'build', flakeFolder: spec.fleet.path });
  run.finished('copy');
  const { builds, fetches } = progress;
  run.steps.done('copy', `${builds.done} built and ${fetches.done} fetched by the machine`);
}
