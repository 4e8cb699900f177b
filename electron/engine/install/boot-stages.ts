import type { Target } from '../../../shared/contract/host.ts';
import type { HostOutcome } from '../../../shared/contract/job.ts';
import type { MachineReport } from '../../../shared/contract/machine.ts';
import type { Problem } from '../../../shared/contract/problem.ts';
import { probeMachine } from '../machines/probe.ts';
import { fingerprint } from '../ssh/host-key.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { waitForMachine, type Found, type Refusals, type Wanted } from './locate.ts';
import { bootIdArgv } from './machine-scripts.ts';
import { installError, installProblems } from './problems.ts';
import { keyOfLine, keyText, type InstallRun } from './run.ts';
import { differences } from './verify.ts';

/** So long the old system may still answer after it was told to restart. */
const oldSystemMs = 90_000;

/** The host key that the installed system will show. */
function expectedKey({ state }: InstallRun): Buffer {
  if (state.newHostKey === null) throw new TypeError('There is no host key to wait for');
  return keyOfLine(state.newHostKey);
}

/** Whether the installed system can be told from the installer by its host key. */
export function hasNewKey(run: InstallRun): boolean {
  return run.hostKey === null || !run.hostKey.equals(expectedKey(run));
}

/** The machine once it runs what was installed: where it may answer, and how it is known. */
export function newSystem(run: InstallRun): Wanted {
  const { spec } = run;
  const targets = [...(spec.fleetTarget === null ? [] : [spec.fleetTarget]), { ...run.target }].filter(
    ({ host, port }, index, all) => all.findIndex((one) => one.host === host && one.port === port) === index,
  );
  return {
    targets,
    macs: spec.macs,
    expectedKeys: [expectedKey(run)],
    sshOptions: spec.identityFile === null ? [] : ['-i', spec.identityFile],
    connect: { files: run.files, secrets: run.secrets },
  };
}

/**
 * Waits for the machine with its new host key, wherever it answers. `Done!` of nixos-anywhere says nothing about that.
 * @param early the machine, where it was back before
 */
export async function bootStage(run: InstallRun, early: Found | null): Promise<Found> {
  run.enter('boot', 'waiting for the machine');
  const wanted = newSystem(run);
  const found = early ?? (await waitForNewSystem(run, wanted));
  run.save({ target: found.target });
  run.finished('boot');
  const isMoved = !wanted.targets.some(({ host }) => host === found.target.host);
  const place = describeTarget(sshTarget(found.target));
  run.steps.done(
    'boot',
    isMoved
      ? `found at ${place}, by network card and host key`
      : `${place}, with its ${hasNewKey(run) ? 'new' : 'own'} host key`,
  );
  return found;
}

async function waitForNewSystem(run: InstallRun, wanted: Wanted): Promise<Found> {
  const { spec, state, context } = run;
  const limitSeconds = spec.options.bootLimitSeconds;
  const began = Date.now();
  const seen = { lastWords: '' };
  const found = await waitForMachine(wanted, {
    limitMs: limitSeconds * 1000,
    signal: context.signal,
    onRound: (refusals, left) => {
      seen.lastWords = [...refusals].map(([place, error]) => `${place}: ${error.problem.title}`).join('\n');
      judgeRound(run, refusals, hasNewKey(run) && Date.now() - began > oldSystemMs);
      const isOld = [...refusals.values()].some(({ problem }) => problem.code === 'ssh-host-key-changed');
      const note = isOld ? 'still the installer' : 'no answer yet';
      run.steps.progress('boot', { note: `${note}, ${Math.ceil(left / 60)} min left` });
    },
    // A system that kept the installer's key is told from it by its boot alone.
    accepts: async (session) =>
      hasNewKey(run) ||
      state.installerBoot === null ||
      (await session.exec(bootIdArgv, { signal: context.signal })).stdout.trim() !== state.installerBoot,
  });
  if (found === null) {
    const places = wanted.targets.map((target) => describeTarget(sshTarget(target)));
    throw installError(installProblems.notBack(spec.host, places, limitSeconds, seen.lastWords));
  }
  return found;
}

/** Ends the wait where waiting does not help: another machine answers, or the right one does not let us in. */
export function judgeRound(run: InstallRun, refusals: Refusals, mustBeNew: boolean): void {
  for (const [place, { problem }] of refusals) {
    if (problem.code === 'ssh-denied' || problem.code === 'ssh-too-many-keys') {
      throw installError(installProblems.loginRefused(place, problem.evidence));
    }
    if (problem.code !== 'ssh-host-key-changed') continue;
    const now = /^now:\s+(.*)$/m.exec(problem.evidence)?.[1] ?? '';
    const isInstaller = run.hostKey !== null && now.endsWith(fingerprint(run.hostKey));
    if (!isInstaller) throw installError(installProblems.wrongKey(place, now, keyText(expectedKey(run))));
    if (mustBeNew) throw installError(installProblems.bootedInstaller(place, now));
  }
}

/** Compares what came up with what was installed. */
export async function verifyStage(
  run: InstallRun,
  { session }: Found,
): Promise<{ outcome: HostOutcome; report: MachineReport }> {
  const { plan, state, spec, context } = run;
  run.enter('verify');
  const report = await probeMachine(session, { signal: context.signal });
  const found = differences({ plan, system: state.system ?? '', report });
  const { generation = null, currentSystem = null, failedUnits = [] } = report.nixos ?? {};
  const base = { generation, system: currentSystem, stateVersion: plan.stateVersion ?? undefined };
  const kept = Object.fromEntries(Object.entries(base).filter(([, value]) => value !== undefined));
  const outcomeOf = (outcomeState: HostOutcome['state'], error: Problem): HostOutcome => {
    context.emit({ type: 'problem', host: spec.host, stage: 'verify', problem: error });
    return { generation, system: currentSystem, ...kept, state: outcomeState, error };
  };
  if (found.length > 0) {
    run.steps.fail('verify', found[0] ?? '');
    return { report, outcome: outcomeOf('failed', installProblems.notVerified(spec.host, found)) };
  }
  if (failedUnits.length > 0) {
    run.steps.done('verify', `${failedUnits.join(', ')} failed`);
    return {
      report,
      outcome: outcomeOf('switched-with-failures', installProblems.unitsFailed(spec.host, failedUnits)),
    };
  }
  const mounts = Object.keys(plan.mounts).length;
  run.steps.done('verify', `name, system, ${mounts === 1 ? '1 mount' : `${mounts} mounts`}, no failed unit`);
  return { report, outcome: { generation, system: currentSystem, ...kept, state: 'succeeded' } };
}

/** Where the fleet should deploy to from now on: its own target where that answered, else where the machine was found. */
export function movedTo(run: InstallRun, { target }: Found): Target | null {
  const { fleetTarget } = run.spec;
  return fleetTarget !== null && fleetTarget.host === target.host ? null : target;
}
