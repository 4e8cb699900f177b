import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { HealthCheck, HealthResult, HostHealth, WrittenCheck } from '../../../../shared/contract/health.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { readChecks } from '../../../../shared/fleet/safety.ts';
import { ProblemError } from '../../errors.ts';
import { EventQueue } from '../../event-queue.ts';
import type { Safety } from '../../fleet/safety-file.ts';
import { noTarget } from '../../fleet/status/ask.ts';
import type { SshFiles } from '../../ssh/config.ts';
import { problemOf } from '../../unexpected.ts';
import { PasswordSession } from '../become-root.ts';
import type { HostSession } from '../host-session.ts';
import { Limit } from '../limits.ts';
import { privilegeIn } from '../privilege.ts';
import type { RootRequest, SudoPasswords } from '../sudo-passwords.ts';
import { addressOf, openHost, placeOf } from '../way-to-host.ts';
import { runChecks } from './run-checks.ts';
import type { CheckPlace } from './try-check.ts';

const mostAtOnce = 16;
const connectMs = 8000;

interface HealthQuestion {
  readonly hosts: readonly HostName[];
  /** These in place of what the fleet says. */
  readonly checks?: readonly WrittenCheck[] | undefined;
  /** What was typed just now for sudo on some of them. */
  readonly sudoPasswords?: Readonly<Record<HostName, string>> | undefined;
}

interface HealthSurroundings {
  readonly files: SshFiles;
  readonly safety: Safety;
  readonly passwords: SudoPasswords;
  readonly signal: AbortSignal;
}

/** Tries the checks of hosts once, without a question to anybody; each host comes as soon as it is through. */
export async function* askHealth(
  view: FleetView,
  question: HealthQuestion,
  surroundings: HealthSurroundings,
): AsyncGenerator<HostHealth> {
  const { signal } = surroundings;
  const hosts = view.hosts.filter(({ name }) => question.hosts.includes(name));
  const limit = new Limit(mostAtOnce);
  const queue = new EventQueue<HostHealth>();
  const all = hosts.map((host) =>
    limit
      .run(signal, () => askHost(host, view.fleet.folder, question, surroundings))
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
  { checks: wanted, sudoPasswords = {} }: HealthQuestion,
  { files, safety, passwords, signal }: HealthSurroundings,
): Promise<HostHealth> {
  const { name, tags } = host;
  const way = placeOf(host);
  try {
    const address = addressOf(way);
    const checks = wanted === undefined ? safety.of({ name, tags, address }).checks : readChecks(wanted, address);
    if (way.target === null && !way.isLocal) throw new ProblemError(noTarget(host));
    using session = await openHost(way, { files, signal, timeoutMs: connectMs });
    // That it answers is worth knowing of a host without checks too.
    if (checks.length === 0) return { host: name, problem: null, results: [] };
    const privilege = privilegeIn(session, host.privilegeCommand);
    const password = Object.hasOwn(sudoPasswords, name) ? sudoPasswords[name] : undefined;
    const place = { session, privilege, failedBefore: [], fleetFolder };
    const plain = checks.filter((check) => !needsRoot(check));
    const [tried, asRoot] = await Promise.all([
      runChecks(plain, { place, signal, isGlance: true }),
      tryAsRoot(checks.filter(needsRoot), { place, signal, passwords, request: { host: name, privilege, password } }),
    ]);
    const results = [...tried, ...asRoot.results];
    const resultOf = (check: HealthCheck) => results.find((result) => result.name === check.name) ?? untried(check);
    return { host: name, problem: asRoot.problem, results: checks.map(resultOf) };
  } catch (error) {
    signal.throwIfAborted();
    return { host: name, problem: problemOf(error), results: [] };
  }
}

interface RootWork extends Pick<HealthSurroundings, 'passwords' | 'signal'> {
  readonly place: CheckPlace & { readonly session: HostSession };
  readonly request: RootRequest;
}

/** What needs root is tried where that can be had; what only a person knows is a problem. */
async function tryAsRoot(
  checks: readonly HealthCheck[],
  { place, passwords, request, signal }: RootWork,
): Promise<Pick<HostHealth, 'problem' | 'results'>> {
  if (checks.length === 0) return { problem: null, results: [] };
  try {
    const way = await passwords.becomeRoot(place.session, request, signal);
    const root = { ...place, session: new PasswordSession(place.session, way), privilege: way.privilege };
    return { problem: null, results: await runChecks(checks, { place: root, signal, isGlance: true }) };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: problemOf(error), results: [] };
  }
}

function needsRoot({ kind }: HealthCheck): boolean {
  return kind === 'command-there';
}

function untried({ name, kind }: HealthCheck): HealthResult {
  return { name, kind, state: 'waiting', detail: 'it needs root', tries: 0 };
}
