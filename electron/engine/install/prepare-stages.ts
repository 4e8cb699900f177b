import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/contract/problem.ts';
import { sizeBytes } from '../../../shared/disko/size.ts';
import { decimalSize, installDisks, type LayoutDisk } from '../../../shared/install/install-disks.ts';
import { judgeMachine } from '../../../shared/machines/verdict.ts';
import { nixSystem } from '../machines/nix-system.ts';
import { buildInJob } from '../nix/build.ts';
import { readPathInfo } from '../nix/path-info.ts';
import { storeFile } from '../nix/store-files.ts';
import { configPathWithoutSpaces } from '../ssh/config.ts';
import { fingerprint } from '../ssh/host-key.ts';
import { judgeAccess } from './access.ts';
import { bringAnywhere } from './bring-anywhere.ts';
import { builderFlags, whyNotThere } from './build-place.ts';
import { evaluateInstall } from './evaluate.ts';
import { authorizeArgv, forgetKeyArgv, keyFileArgv, resolveArgv } from './machine-scripts.ts';
import { installError, installProblems } from './problems.ts';
import { findAnywhere, type AnywhereProgram } from './program.ts';
import { keyText, type InstallRun } from './run.ts';

/** Reaches the machine, asks what it is and whether it can be installed. Changes nothing there. */
export async function planStage(run: InstallRun): Promise<void> {
  const { spec, context } = run;
  run.enter('plan', `connecting to ${run.place}`);
  run.program = await anywhereHere(run);
  const session = await run.openFirst();
  if (spec.hostKeyFingerprint !== '' && fingerprint(session.hostKey) !== spec.hostKeyFingerprint) {
    throw installError(installProblems.keyChanged(run.place, keyText(session.hostKey), spec.hostKeyFingerprint));
  }
  run.hostKey = session.hostKey;
  let report = await run.probe();
  if (report.login.privilege === 'sudo-asks') {
    run.secrets.sudoPassword = await run.askSecret(`Password for sudo of ${report.login.user} on ${run.place}`);
    report = await run.probe();
  }
  const { reasons } = judgeMachine(report, { system: nixSystem() });
  const stop = reasons.find(({ weight }) => weight === 'stop');
  if (stop) throw installError(installProblems.cannotInstall(stop.title, stop.evidence, stop.advice));
  for (const { title, evidence } of reasons) context.emit({ type: 'note', text: `${title} (${evidence})` });
  run.steps.done('plan', report.os.name || 'reached');
}

/** nixos-anywhere, brought here where nix on another machine fetches it. */
export async function anywhereHere({ spec, context, files }: InstallRun): Promise<AnywhereProgram> {
  const program = await findAnywhere(process.env, spec.fleet.form === 'flake' ? spec.fleet.path : null);
  if (program.origin !== undefined) {
    const sshConfig = configPathWithoutSpaces(files);
    const nixHost = process.env['NIXSTEAD_NIX'] ?? '';
    await bringAnywhere(program.origin, { nixHost, sshConfig, signal: context.signal });
  }
  return program;
}

/** Lets the install's own key log in, so that no password is typed twice. What it added is taken away again. */
export async function authorize(run: InstallRun): Promise<void> {
  const { signal } = run.context;
  const { publicLine } = run.secret.loginKey();
  const before = await run.ask(async (session) => (await session.exec(keyFileArgv(), { signal })).stdout.trim());
  let tries = 0;
  const word = await run.ask(async (session) => {
    tries += 1;
    const { stdout } = await session.exec(authorizeArgv(), { stdin: `${publicLine}\n`, signal, timeoutMs: 30_000 });
    return stdout.trim();
  });
  if (run.state.isKeyRefused) run.save({ isKeyRefused: false });
  // A key that is known at the second try was added by the first, whose answer was cut off.
  if (word !== 'added' && tries === 1) return;
  run.save({ addedKey: before === 'made-folder' || before === 'made-file' ? before : 'was-there' });
}

/** Takes the install's key away from a system that goes on as it was. */
export async function forget(run: InstallRun, signal: AbortSignal): Promise<void> {
  const { addedKey } = run.state;
  if (addedKey === 'no') return;
  const session = await run.open(signal);
  const { publicLine } = run.secret.loginKey();
  const word = addedKey === 'was-there' ? 'keep' : 'made-folder';
  await session.exec(forgetKeyArgv(word), { stdin: `${publicLine}\n`, signal, timeoutMs: 10_000 });
  run.save({ addedKey: 'no' });
}

export async function evaluateStage(run: InstallRun): Promise<void> {
  run.enter('evaluate');
  const notThere = whyNotThere(run.spec.options.buildOn, { form: run.spec.fleet.form, source: run.spec.source });
  if (notThere !== null) throw installError(notThere);
  run.evaluated = await evaluateInstall(run.context, run.spec);
  const { disko, containers, disks } = run.evaluated;
  if (disko === null || Object.keys(disks).length === 0) throw installError(installProblems.noDisko(run.spec.host));
  const asking = containers.filter(({ key }) => key === null).map(({ name }) => name);
  if (asking.length > 0) throw installError(installProblems.asksPassphrase(run.spec.host, asking));
  const wanted = [...new Set(containers.flatMap(({ key }) => key ?? []))];
  run.save({ wantedKeys: wanted });
  const given = new Set(run.spec.options.encryptionKeys.map(({ remotePath }) => remotePath));
  const missing = wanted.filter((key) => !given.has(key));
  if (missing.length > 0 && run.spec.goal === 'install') {
    throw installError(installProblems.wantsKeys(run.spec.host, missing));
  }
  run.steps.done('evaluate', `${Object.keys(disks).length === 1 ? '1 disk' : `${Object.keys(disks).length} disks`}`);
}

/** Builds the system and what partitions its disks; both are kept from being collected by links in the job's folder. */
export async function buildStage(run: InstallRun): Promise<void> {
  run.enter('build');
  const note = await buildAll(run);
  run.steps.done('build', note);
}

export async function buildAll(run: InstallRun): Promise<string> {
  const { context, spec, plan } = run;
  if (spec.options.buildOn.kind === 'target') {
    // What will be built has its name already.
    run.save({ system: plan.system.out, diskoScript: plan.disko?.out ?? null, mountScript: plan.mount?.out ?? null });
    return 'built on the machine, after its disks are formatted';
  }
  const flags = builderFlags(spec.options.buildOn, run.report.system);
  const built = async (name: string, { drv }: { readonly drv: string }) => {
    const { outPath, progress } = await buildInJob(context, {
      host: spec.host,
      subject: { drv },
      outLink: join(context.jobFolder, 'systems', name),
      flakeFolder: spec.fleet.path,
      flags,
      onUpdate: ({ view, changedNodes }) => {
        if (changedNodes.length > 0) context.emit({ type: 'build', host: spec.host, nodes: [...changedNodes] });
        // The scripts beside it are small.
        if (name !== 'system') return;
        run.steps.progress(run.stage, {
          done: view.builds.done + view.fetches.done,
          total: view.builds.expected + view.fetches.expected,
          unit: 'derivations',
          note: view.activity ?? '',
        });
      },
    });
    return { outPath, count: progress.builds.done + progress.fetches.done };
  };
  const [disko, system, mount] = await allOver([
    plan.disko === null ? null : built('disko', plan.disko),
    built('system', plan.system),
    plan.mount === null ? null : built('mount', plan.mount),
  ]);
  run.save({ system: system.outPath, diskoScript: disko?.outPath ?? null, mountScript: mount?.outPath ?? null });
  const count = (disko?.count ?? 0) + system.count + (mount?.count ?? 0);
  return count === 0 ? 'nothing to build' : `${count} built`;
}

/** Waits for all, so that none goes on where another one fails. @throws what the first of them that failed did */
async function allOver<T extends readonly unknown[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

/** The disks of the layout as the machine has them now. */
export async function disksNow(run: InstallRun) {
  const layout = Object.entries(run.plan.disks).map(([name, { device, destroy }]): LayoutDisk => ({
    name,
    device,
    isErased: destroy,
  }));
  const [first = '', ...rest] = layout.map(({ device }) => device);
  const options = { signal: run.context.signal, timeoutMs: 15_000 };
  const { stdout } = await run.ask((session) => session.exec(resolveArgv(first, ...rest), options));
  const resolved = new Map(
    stdout.split('\n').flatMap((line) => {
      const [device, path] = line.split('\t');
      return device !== undefined && path !== undefined ? [[device, path.trim()] as const] : [];
    }),
  );
  return installDisks(layout, run.report, resolved);
}

const littleRoomShare = 0.6;

/** Compares what was built with the machine: does it fit the disks, /boot and the installer's memory? */
export async function reviewStage(run: InstallRun): Promise<void> {
  const { context, state, plan, report } = run;
  run.enter('review');
  const { system, diskoScript } = state;
  if (system === null) throw new TypeError('Nothing was built');
  const access = judgeAccess(plan.access, run.spec);
  if (access?.stops) throw installError(access.problem);
  const warnings: Problem[] = access === null ? [] : [access.problem];
  const disks = await disksNow(run);
  if (run.spec.options.buildOn.kind === 'target') {
    run.save({ closureBytes: null, room: null, disks, warnings });
    return run.steps.done('review', 'its size is known when the machine has built it');
  }
  const [info] = await readPathInfo([system], { signal: context.signal });
  const closureBytes = info?.closureSizeBytes ?? 0;

  const room = roomOf(plan.partitions, disks, ['/nix/store', '/nix', '/']);
  if (room !== null) {
    const [needed, has] = [decimalSize(closureBytes), decimalSize(room.bytes)];
    if (closureBytes > room.bytes * 0.95) throw installError(installProblems.tooLargeForDisk(needed, has, room.where));
    if (closureBytes > room.bytes * littleRoomShare) warnings.push(installProblems.littleRoom(needed, has, room.where));
  }
  const boot = roomOf(plan.partitions, disks, ['/boot']);
  const [kernelFile, initrd] = await Promise.all(
    ['kernel', 'initrd'].map((name) => storeFile(join(system, name), context.signal)),
  );
  const kernel = (kernelFile?.sizeBytes ?? 0) + (initrd?.sizeBytes ?? 0);
  if (boot !== null && boot.where === '/boot' && kernel > boot.bytes * 0.9) {
    throw installError(installProblems.bootTooSmall(decimalSize(kernel), decimalSize(boot.bytes)));
  }
  if (diskoScript !== null) {
    const [script] = await readPathInfo([diskoScript], { signal: context.signal });
    const { availableBytes, totalBytes } = report.memory;
    // A machine that runs something else has its whole memory for the installer.
    const memory = report.os.isInstaller ? availableBytes : totalBytes * 0.7;
    if (totalBytes > 0 && (script?.closureSizeBytes ?? 0) > memory) {
      throw installError(
        installProblems.tooLittleMemory(decimalSize(script?.closureSizeBytes ?? 0), decimalSize(memory)),
      );
    }
  }
  for (const warning of warnings)
    context.emit({ type: 'problem', host: run.spec.host, stage: 'review', problem: warning });
  run.save({ closureBytes, room, disks, warnings });
  run.steps.done('review', `${decimalSize(closureBytes)} to copy${room === null ? ', room not known' : ''}`);
}

/** Bytes of the file system that holds a path; null where the layout does not tell in plain partitions. */
function roomOf(
  partitions: InstallRun['plan']['partitions'],
  disks: readonly { name: string; sizeBytes: number | null }[],
  mountpoints: readonly string[],
): { bytes: number; where: string } | null {
  const part = mountpoints.flatMap((point) => partitions.find(({ mountpoint }) => mountpoint === point) ?? [])[0];
  if (part === undefined || part.mountpoint === null) return null;
  const fixed = part.size === null || part.size === '100%' ? null : sizeBytes(part.size);
  if (fixed !== null) return { bytes: fixed, where: part.mountpoint };
  const whole = disks.find(({ name }) => name === part.disk)?.sizeBytes ?? null;
  if (part.size !== '100%' || whole === null) return null;
  const others = partitions.filter((one) => one.disk === part.disk && one !== part);
  const taken = others.reduce((sum, { size }) => sum + (size === null ? 0 : (sizeBytes(size) ?? 0)), 0);
  return { bytes: Math.max(0, whole - taken), where: part.mountpoint };
}

/** A key for an encrypted disk, from a file or typed; asked before anything is erased. */
export async function collectDiskKeys(run: InstallRun): Promise<void> {
  for (const { remotePath, from } of run.spec.options.encryptionKeys) {
    if (run.diskKeys.has(remotePath)) continue;
    if (from.kind === 'file') {
      if (!existsSync(from.path)) throw installError(installProblems.fileMissing(from.path, 'The key file'));
      run.diskKeys.set(remotePath, readFileSync(from.path));
      continue;
    }
    const typed = await run.askSecret(`Passphrase for the encrypted disks of ${run.spec.host} (${remotePath})`);
    if (typed === '') throw installError(installProblems.secretMissing('The passphrase for the encrypted disks'));
    // As the keyboard of the machine will write it when it starts.
    run.diskKeys.set(remotePath, Buffer.from(typed, 'utf8'));
  }
}
