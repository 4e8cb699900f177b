import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { Host, HostTraits } from '../../../../shared/contract/host.ts';
import type { HostName } from '../../../../shared/contract/ids.ts';
import { ProblemError } from '../../errors.ts';
import type { Store } from '../../store/open.ts';
import { askLater, fleetNow, keepIfUnchanged, type AskLaterDependencies } from '../ask-later.ts';
import type { HostQuestion } from '../host-questions.ts';
import { kindsOf } from '../kinds/all.ts';
import type { Kind } from '../kinds/kind.ts';
import { withLocalPaths } from '../local-paths.ts';
import { ownFiles } from './own-files.ts';
import { traitsQuestion, type TraitsAnswer } from './question.ts';

export interface TraitsDependencies extends AskLaterDependencies {
  readonly store: Pick<Store, 'evaluatedHosts'>;
}

const nothing = { hostName: null, stateVersion: null, role: null, uses: [], files: [], problem: null };

/**
 * What the configurations of hosts tell, in batches. What was told before about the same state of the files is not
 * evaluated again.
 * @param names all hosts where absent
 * @throws ProblemError where the fleet is gone
 */
export async function* readTraits(
  dependencies: TraitsDependencies,
  { fleet, hosts: all }: FleetView,
  names: readonly HostName[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<HostTraits[], void, void> {
  const { evaluatedHosts } = dependencies.store;
  const hosts = all.filter((host) => names === undefined || names.includes(host.name));
  const now = await fleetNow(dependencies, fleet, signal);
  const { folder, fingerprint } = now;
  const state = fingerprint === null ? null : { fleetId: fleet.id, fingerprint };
  const known = new Map((state === null ? [] : evaluatedHosts.traits(state)).map((each) => [each.name, each]));
  const asked = hosts.filter((host) => !known.has(host.name) && questionOf(host, kindsOf(folder.form)) !== null);
  const rest = hosts.filter((host) => !asked.includes(host));
  if (rest.length > 0) yield rest.map((host) => known.get(host.name) ?? { name: host.name, ...nothing });

  const byName = new Map(asked.map((host) => [String(host.name), host.name]));
  const questions = asked.flatMap((host) => questionOf(host, kindsOf(folder.form)) ?? []);
  const filesOf = ownFiles(folder);
  const found: HostTraits[] = [];
  for await (const answers of askLater(dependencies, folder, questions, signal)) {
    const batch = answers.flatMap((result): HostTraits[] => {
      const name = byName.get(result.question.name);
      if (name === undefined) return [];
      if ('problem' in result) return [{ name, ...nothing, problem: withLocalPaths(result.problem, folder) }];
      return [{ name, ...result.answer, files: filesOf(result.answer.files), problem: null }];
    });
    found.push(...batch);
    yield batch;
  }
  if (state === null) return;
  const good = found.filter(({ problem }) => problem === null);
  try {
    await keepIfUnchanged(now, signal, () => evaluatedHosts.saveTraits(state, good));
  } catch (error) {
    // On a full disk they are asked for again; they were told all the same.
    if (!(error instanceof ProblemError)) throw error;
  }
}

/** The question of the most telling declaration that has a configuration; null: none has. */
function questionOf({ name, sources, problem }: Host, kinds: readonly Kind[]): HostQuestion<TraitsAnswer> | null {
  if (problem?.code === 'host-name-refused') return null;
  for (const kind of kinds) {
    if (kind.node !== null && sources.includes(kind.kind)) return traitsQuestion({ ...kind, node: kind.node }, name);
  }
  return null;
}
