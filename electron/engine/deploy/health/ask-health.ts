import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { HostHealth, WrittenCheck } from '../../../../shared/contract/health.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { readChecks } from '../../../../shared/fleet/safety.ts';
import { ProblemError } from '../../errors.ts';
import { EventQueue } from '../../event-queue.ts';
import type { Safety } from '../../fleet/safety-file.ts';
import { noTarget } from '../../fleet/status/ask.ts';
import { connect } from '../../ssh/client.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { sshTarget } from '../../ssh/target.ts';
import { problemOf } from '../../unexpected.ts';
import { Limit } from '../limits.ts';
import { runChecks } from './run-checks.ts';

const mostAtOnce = 16;
const connectMs = 8000;

interface HealthQuestion {
  readonly hosts: readonly HostName[];
  /** These in place of what the fleet says. */
  readonly checks?: readonly WrittenCheck[] | undefined;
}

/** Tries the checks of hosts once, without a question to anybody; each host comes as soon as it is through. */
export async function* askHealth(
  view: FleetView,
  { hosts: names, checks }: HealthQuestion,
  { files, safety, signal }: { files: SshFiles; safety: Safety; signal: AbortSignal },
): AsyncGenerator<HostHealth> {
  const hosts = view.hosts.filter(({ name }) => names.includes(name));
  const limit = new Limit(mostAtOnce);
  const queue = new EventQueue<HostHealth>();
  const all = hosts.map((host) =>
    limit
      .run(signal, () => askHost(host, view.fleet.folder, { files, safety, signal, checks }))
      .then(
        (answer) => queue.push(answer),
        (error: unknown) => queue.fail(error),
      ),
  );
  void Promise.all(all).then(() => queue.end());
  yield* queue.read(signal);
}

async function askHost(
  host: Host,
  fleetFolder: string,
  {
    files,
    safety,
    signal,
    checks: wanted,
  }: { files: SshFiles; safety: Safety; signal: AbortSignal; checks: HealthQuestion['checks'] },
): Promise<HostHealth> {
  const { name, tags, target } = host;
  try {
    const address = target?.host ?? name;
    const checks = wanted === undefined ? safety.of({ name, tags, address }).checks : readChecks(wanted, address);
    if (checks.length === 0) return { host: name, problem: null, results: [] };
    if (target === null) throw new ProblemError(noTarget(host));
    using session = await connect(sshTarget(target, host.sshOptions), { files, signal, timeoutMs: connectMs });
    const privilege = session.resolved.user === 'root' ? [] : host.privilegeCommand;
    const place = { session, privilege, failedBefore: [], fleetFolder };
    return { host: name, problem: null, results: await runChecks(checks, { place, signal, isGlance: true }) };
  } catch (error) {
    signal.throwIfAborted();
    return { host: name, problem: problemOf(error), results: [] };
  }
}
