import type { Problem } from '../../../../shared/contract/problem.ts';
import { secondsFor } from '../../../../shared/fleet/safety.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';
import type { DeployWork, Reached } from '../deploy-work.ts';
import { HostHealth } from '../health/host-health.ts';
import { areHealthy, checkLines } from '../health/run-checks.ts';
import { readMachineFacts } from '../machine-facts.ts';
import type { DeployHost } from '../spec.ts';
import { endBootGuard, followBootGuard, readBrokenBefore } from './boot-guard.ts';
import { rebootProblems } from './problems.ts';

/** What became of a system that the boot loader tried once, with what the host says of itself then. */
export type SettledBoot =
  /** It came up with it and its checks pass: it starts it from now on. */
  | { readonly end: 'confirmed'; readonly facts: MachineFacts }
  /** It runs it, and the next restart starts the one from before. */
  | { readonly end: 'unconfirmed'; readonly facts: MachineFacts; readonly problem: Problem }
  /** It booted the one from before, which is its profile again. */
  | { readonly end: 'went-back'; readonly facts: MachineFacts; readonly problem: Problem };

/**
 * Decides about the system that a host booted on trial; null where none was booted on trial, or nobody may be root there.
 * @param onProgress how many checks have passed
 * @throws ProblemError `ssh-*`; the signal's reason
 */
export async function settleBoot(
  { context, spec }: Pick<DeployWork, 'context' | 'spec'>,
  host: DeployHost,
  { link, facts, privilege, mayBecomeRoot }: Pick<Reached, 'link' | 'facts' | 'privilege' | 'mayBecomeRoot'>,
  onProgress: (note: string) => void,
): Promise<SettledBoot | null> {
  const { signal } = context;
  const { name, checks } = host;
  const { pendingBoot, profileSystem, bootedSystem, currentSystem } = facts;
  if (!mayBecomeRoot || profileSystem === null || bootedSystem === null) return null;
  const session = await link.open(signal);
  if (pendingBoot === 'went-back') {
    await followBootGuard(session, privilege, bootedSystem, signal);
    const evidence = `tried:  ${profileSystem}\nbooted: ${bootedSystem}`;
    const problem = rebootProblems.wentBack(name, evidence);
    return { end: 'went-back', facts: await readMachineFacts(session, signal), problem };
  }
  if (pendingBoot !== 'up' || currentSystem !== profileSystem) return null;
  const place = { privilege, fleetFolder: spec.fleet.path };
  const known = await readBrokenBefore(session, signal);
  const health = new HostHealth({ context, host: name, checks, place, known });
  const results = await health.run(session, { signal, until: Date.now() + secondsFor(checks) * 1000, onProgress });
  signal.throwIfAborted();
  if (!areHealthy(results)) {
    const failed = results.filter((result) => !areHealthy([result]));
    const problem = rebootProblems.unconfirmed(name, checkLines(failed));
    return { end: 'unconfirmed', facts, problem };
  }
  const refusal = await endBootGuard(session, privilege, profileSystem, signal);
  if (refusal !== null) return { end: 'unconfirmed', facts, problem: rebootProblems.notDefault(name, refusal) };
  return { end: 'confirmed', facts: await readMachineFacts(session, signal) };
}
