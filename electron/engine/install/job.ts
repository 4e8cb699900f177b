import { dirname, join } from 'node:path';
import type { HostOutcome, Stage } from '../../../shared/contract/job.ts';
import type { InstallPhase } from '../../../shared/contract/install.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { ProblemError } from '../errors.ts';
import { JobCancelled, type JobExecutor, type JobResult } from '../jobs/context.ts';
import { jobCrashed } from '../jobs/errors.ts';
import { fingerprint } from '../ssh/host-key.ts';
import { bootStage, movedTo, verifyStage } from './boot-stages.ts';
import { commitStage } from './commit-stage.ts';
import { describeLeft } from './disk-state.ts';
import { installAndReboot, type Reboot } from './install-and-reboot.ts';
import { copyStage, diskoStage, gateStage, hardwareStage, kexecStage, requireInstaller } from './installer-stages.ts';
import {
  anywhereHere,
  buildStage,
  collectDiskKeys,
  evaluateStage,
  forget,
  planStage,
  reviewStage,
} from './prepare-stages.ts';
import { rehearseStage } from './rehearsal.ts';
import { installProblems } from './problems.ts';
import { findAnywhere } from './program.ts';
import { InstallRun } from './run.ts';
import type { InstallSpec } from './spec.ts';

export { installSpec } from './spec.ts';

const order: readonly InstallPhase[] = ['kexec', 'hardware', 'disko', 'copy', 'install', 'reboot', 'boot', 'commit'];
/** How long the machine is asked what it is in after a failure or a cancellation. */
const lookMs = 12_000;

/**
 * An install, or only its check: stages one after the other, each of which is a checkpoint. What it comes to is written
 * beside its events, so that another job can go on.
 */
export const executeInstall: JobExecutor<InstallSpec> = async (context, spec) => {
  const earlier = spec.resume === null ? null : join(dirname(context.jobFolder), spec.resume.jobId);
  using run = new InstallRun(context, spec, earlier);
  const outcome = await attempt(run);
  const { state } = outcome;
  const jobState: JobResult['state'] =
    state === 'succeeded'
      ? 'succeeded'
      : state === 'switched-with-failures'
        ? 'partial'
        : state === 'cancelled'
          ? 'cancelled'
          : 'failed';
  return { state: jobState, outcomes: new Map([[spec.host, outcome]]), problem: null };
};

async function attempt(run: InstallRun): Promise<HostOutcome> {
  const { context } = run;
  try {
    return await stages(run);
  } catch (error) {
    if (context.signal.aborted || error instanceof JobCancelled) return ended(run, null);
    return ended(run, error instanceof ProblemError ? error.problem : jobCrashed(error));
  }
}

async function stages(run: InstallRun): Promise<HostOutcome> {
  const { spec } = run;
  const from = spec.resume?.phase ?? 'kexec';
  const skips = (phase: InstallPhase): boolean => order.indexOf(phase) < order.indexOf(from);
  if (spec.goal === 'rehearse') return rehearsed(run);
  // A machine that was told to restart, or was not, or did not hear it.
  if (skips('reboot') || from === 'reboot') {
    if (skips('boot') || !(await isStillInstaller(run))) return afterReboot(run);
  }
  await planStage(run);
  await evaluateStage(run);
  await buildStage(run);
  await reviewStage(run);
  if (spec.goal === 'check') return { state: 'succeeded', generation: null, system: run.state.system };
  if (!skips('disko')) await collectDiskKeys(run);
  await kexecStage(run);
  if (skips('hardware')) run.steps.skip('hardware', 'done before');
  else await hardwareStage(run);
  if (skips('disko')) {
    run.steps.skip('gate', 'nothing is erased');
    // A machine that was restarted since has its new file systems on its disks, and nothing mounted.
    await requireInstaller(run);
    if (run.report.installRoot === null && !skips('install')) {
      await collectDiskKeys(run);
      await diskoStage(run, true);
    } else run.steps.skip('disko', 'done before');
  } else {
    await gateStage(run);
    await diskoStage(run, false);
  }
  if (skips('copy')) run.steps.skip('copy', 'done before');
  else await copyStage(run);
  if (skips('install')) run.steps.skip('install', 'done before');
  return verified(run, await installAndReboot(run, skips('install')));
}

async function rehearsed(run: InstallRun): Promise<HostOutcome> {
  run.program = await anywhereHere(run);
  await evaluateStage(run);
  await rehearseStage(run);
  return { state: 'succeeded', generation: null, system: null };
}

/** Whether the installer answers where everything is installed already. */
async function isStillInstaller(run: InstallRun): Promise<boolean> {
  try {
    const { hostKey } = await run.openFirst();
    if (fingerprint(hostKey) !== run.spec.hostKeyFingerprint) return false;
    run.hostKey = hostKey;
    return (await run.probe()).os.isInstaller;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** Only the first boot is missing: the machine is not reached before it is up. */
async function afterReboot(run: InstallRun): Promise<HostOutcome> {
  const done: readonly Stage[] = [
    'plan',
    'build',
    'review',
    'kexec',
    'hardware',
    'gate',
    'disko',
    'copy',
    'install',
    'reboot',
  ];
  run.program = await findAnywhere(process.env, null).catch(() => null);
  await evaluateStage(run);
  for (const stage of done) run.steps.skip(stage, 'done before');
  run.finished('reboot');
  return verified(run, null);
}

async function verified(run: InstallRun, reboot: Reboot | null): Promise<HostOutcome> {
  const found = await bootStage(run, reboot?.found ?? null);
  using _session = found.session;
  const { outcome } = await verifyStage(run, found);
  // What it runs with is wiped now.
  await reboot?.over;
  if (outcome.state !== 'failed') await commitStage(run, found.target, movedTo(run, found));
  return outcome;
}

/** The end before the end: what was left is asked of the machine, told, and kept for whoever goes on. */
async function ended(run: InstallRun, problem: Problem | null): Promise<HostOutcome> {
  const { context, spec, stage } = run;
  const isCancelled = problem === null;
  // A login that was refused would be refused again, and counted there.
  const isRefused = ['ssh-denied', 'ssh-too-many-keys', 'install-key-refused'].includes(problem?.code ?? '');
  const left = isRefused && !run.isConnected ? leftUnasked(run) : await look(run);
  run.save({ left, isKeyRefused: isRefused });
  run.secret.dropExtraFiles();
  const told: Problem = isCancelled
    ? installProblems.cancelled(spec.host, stage, left.join('\n'))
    : spec.goal !== 'install'
      ? problem
      : { ...problem, advice: [...left, ...problem.advice] };
  run.steps.close(stage, isCancelled ? 'cancelled' : 'failed', told.title);
  context.emit({ type: 'problem', host: spec.host, stage, problem: told });
  context.log(spec.host, `${told.title}\n${left.join('\n')}\n`);
  return { state: isCancelled ? 'cancelled' : 'failed', generation: null, system: null, error: told };
}

function leftUnasked({ spec, state }: InstallRun): string[] {
  return spec.goal === 'install' ? describeLeft({ host: spec.host, state, report: null }) : [];
}

async function look(run: InstallRun): Promise<string[]> {
  const { state, spec } = run;
  if (spec.goal === 'rehearse') return ['The machine was not asked for anything.'];
  const signal = AbortSignal.timeout(lookMs);
  let report = null;
  try {
    if (!state.done.includes('reboot')) {
      report = await run.probe(signal);
      // A system that goes on as it was is left as it was found.
      if (!state.mayHaveErased && !report.os.isInstaller) await forget(run, signal);
    }
  } catch {
    // It cannot be asked, which is told.
  }
  if (spec.goal === 'check') return [];
  return describeLeft({ host: spec.host, state, report });
}
