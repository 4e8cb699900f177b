import type { FleetView, SystemsEvent } from '../../../../shared/contract/fleet.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import type { EvaluatedSystemOfHost } from '../../../../shared/contract/job.ts';
import { systemQuestions } from '../../deploy/evaluate.ts';
import type { Store } from '../../store/open.ts';
import { askLater, fleetNow, keepIfUnchanged, type AskLaterDependencies } from '../ask-later.ts';
import { withLocalPaths } from '../local-paths.ts';

export interface SystemsDependencies extends AskLaterDependencies {
  readonly store: Pick<Store, 'evaluatedHosts'>;
}

/**
 * Evaluates what hosts would run, and remembers it for the state that the files are in. What is remembered is not
 * evaluated again; progress comes after each chunk.
 * @param names all hosts where absent
 * @throws ProblemError where the fleet is gone
 */
export async function* evaluateSystems(
  dependencies: SystemsDependencies,
  { fleet, hosts: all }: FleetView,
  names: readonly HostName[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<SystemsEvent, void, void> {
  const { evaluatedHosts } = dependencies.store;
  const now = await fleetNow(dependencies, fleet, signal);
  const { folder, fingerprint } = now;
  const hosts = all.filter((host) => host.problem === null && (names === undefined || names.includes(host.name)));
  const known =
    fingerprint === null ? new Map<string, string>() : evaluatedHosts.systems({ fleetId: fleet.id, fingerprint });
  const unknown = hosts.filter(({ name }) => !known.has(name));
  const byName = new Map(unknown.map(({ name }) => [String(name), name]));
  const questions = systemQuestions(
    folder.form,
    unknown.flatMap(({ name, sources: [source] }) => (source === undefined ? [] : [{ name, source }])),
  );
  let done = hosts.length - questions.length;
  yield { done, total: hosts.length, problems: [] };
  const systems: EvaluatedSystemOfHost[] = [];
  for await (const answers of askLater(dependencies, folder, questions, signal)) {
    done += answers.length;
    const problems = answers.flatMap((result): SystemsEvent['problems'] => {
      const name = byName.get(result.question.name);
      if (name === undefined) return [];
      if ('problem' in result) return [{ name, problem: withLocalPaths(result.problem, folder) }];
      systems.push({ host: name, system: result.answer.outPath });
      return [];
    });
    yield { done, total: hosts.length, problems };
  }
  await keepIfUnchanged(now, signal, (state) =>
    evaluatedHosts.saveSystems({ fleetId: fleet.id, fingerprint: state }, systems),
  );
}
