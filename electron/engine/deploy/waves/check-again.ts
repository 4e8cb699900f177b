import type { HostOutcome } from '../../../../shared/contract/job.ts';
import { problemOf } from '../../unexpected.ts';
import { becomeRoot, PasswordSession } from '../become-root.ts';
import type { DeployWork } from '../deploy-work.ts';
import type { Broken } from '../health/broken.ts';
import { HostHealth } from '../health/host-health.ts';
import { areHealthy } from '../health/run-checks.ts';
import { secondsFor } from '../../../../shared/fleet/safety.ts';
import { readMachineFacts } from '../machine-facts.ts';
import { privilegeIn } from '../privilege.ts';
import type { DeployHost } from '../spec.ts';
import { failedSince } from '../verdict.ts';
import { openHost } from '../way-to-host.ts';
import { waveProblems } from './problems.ts';

/** What a host came to, and what was broken there before. */
interface Earlier {
  readonly outcome: HostOutcome;
  readonly known: Broken;
}

/**
 * A host that was deployed, asked over a new connection whether all is still well: its checks, and that no unit failed since;
 * null: it is.
 */
export async function checkAgain(
  { context, files, questions, spec }: Pick<DeployWork, 'context' | 'files' | 'questions' | 'spec'>,
  host: DeployHost,
  { outcome, known }: Earlier,
): Promise<HostOutcome | null> {
  const { name, target, isLocal, checks, privilegeCommand } = host;
  if (target === null && !isLocal) return null;
  const { signal } = context;
  const secrets = questions.secretsOf(name);
  const worse = (error: NonNullable<HostOutcome['error']>, failedUnits: string[] = []): HostOutcome => {
    context.emit({ type: 'problem', host: name, stage: 'verify', problem: error });
    // What was not changed is not gone back from either.
    const state = outcome.state === 'unchanged' ? 'failed' : 'switched-with-failures';
    const now: HostOutcome = { ...outcome, state, error, ...(failedUnits.length > 0 ? { failedUnits } : {}) };
    context.emit({ type: 'outcome', host: name, outcome: now });
    return now;
  };
  try {
    using opened = await openHost(host, { files, signal, secrets });
    const privilege = privilegeIn(opened, privilegeCommand);
    const needsRoot = checks.some(({ kind }) => kind === 'command-there');
    const ask = questions.sudoPassword(name, opened.place);
    const root = needsRoot ? await becomeRoot(opened, privilege, ask, signal) : { privilege, password: null };
    const way = 'refusal' in root ? { privilege, password: null } : root;
    const session = new PasswordSession(opened, way);
    const place = { privilege: way.privilege, fleetFolder: spec.fleet.path };
    const health = new HostHealth({ context, host: name, checks, place, known });
    const until = Date.now() + secondsFor(checks) * 1000;
    const results = await health.run(session, { signal, until, onProgress: () => undefined });
    const { failedUnits: now } = await readMachineFacts(session, signal);
    const bad = results.filter((result) => !areHealthy([result]));
    const failedUnits = failedSince({ failedUnits: known.units }, now);
    if (bad.length === 0 && failedUnits.length === 0) return null;
    return worse(
      bad.length > 0 ? waveProblems.notWell(name, bad) : waveProblems.unitsFailed(name, failedUnits),
      failedUnits,
    );
  } catch (error) {
    signal.throwIfAborted();
    return worse(problemOf(error));
  }
}
