import type { HostChangeRequest } from '../../../../shared/contract/change.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { whyChangeIsRefused, type HostChange } from '../../../../shared/fleet/change/change.ts';
import type { FleetFacts } from '../../../../shared/fleet/change/fleet-facts.ts';
import { layoutOf, type Layout } from '../../../../shared/fleet/template/layout.ts';
import type { FleetFolder } from '../folder.ts';
import { badValue } from '../create/errors.ts';
import { mergeHost } from '../merge.ts';
import { readFiles } from './facts.ts';
import { requireHeldByGit } from './held-by-git.ts';
import { planKnown } from './plan-known.ts';
import { planTried } from './plan-tried.ts';
import type { Planned, PlanOptions, PlanParts } from './planned.ts';

/**
 * Works out which files a change of hosts is written in, and writes nothing. In fleets that were made here the places are
 * known. Elsewhere each place that the text offers is tried in a copy, until evaluation says that the change did what was
 * wanted and nothing else; where none does, a person is told what to write and where.
 * @throws ProblemError for a change that cannot be: a refused name, files that git does not hold
 */
export async function planChange(
  parts: PlanParts,
  folder: FleetFolder,
  request: HostChangeRequest,
  options: PlanOptions,
): Promise<Planned> {
  const { signal, onStep } = options;
  onStep('Reading files');
  const files = await readFiles(folder, signal);
  const flake = files.sources.find(({ path }) => path === 'flake.nix')?.text ?? '';
  const layout = folder.form === 'flake' ? layoutOf(flake) : null;
  const hosts = layout === null ? await readHosts(parts, folder, options) : namedHosts(layout, files);
  const change = resolved(request, hosts);
  const refusal = whyChangeIsRefused(change, new Set(hosts.map(({ name }) => name)));
  if (refusal !== null) throw badValue(refusal.what, refusal.value, refusal.reason);
  const facts: FleetFacts = { ...files, hosts, positions: new Map() };
  const planned =
    layout === null
      ? await planTried(parts, folder, facts, change, options)
      : await planKnown(folder, facts, layout, change);
  if (planned.state === 'ready' && change.kind === 'retire') {
    await requireHeldByGit(folder.path, { name: change.name, ...planned.going }, signal);
  }
  return planned;
}

/** The hosts as they are now: what a change is compared with. */
async function readHosts(
  { fleets }: PlanParts,
  folder: FleetFolder,
  { signal, onStep }: PlanOptions,
): Promise<readonly Host[]> {
  for await (const event of fleets.open({ path: folder.path }, signal)) {
    if (event.type === 'opened') return event.view.hosts;
    onStep(event.text);
  }
  return [];
}

/** The hosts of a fleet that was made here, by their files alone: it can be changed while it cannot be evaluated. */
function namedHosts(layout: Layout, { files, sources }: Pick<FleetFacts, 'files' | 'sources'>): Host[] {
  const names = files.flatMap((path) => /^hosts\/([^/]+)\/host\.nix$/.exec(path)?.[1] ?? []);
  const flake = sources.find(({ path }) => path === 'flake.nix');
  const entries = flake?.outline.names.filter(({ group, isLast }) => group.container === 'hosts' && isLast) ?? [];
  const all = layout === 'factory' ? names : entries.map(({ text }) => text);
  return [...new Set(all)].map((name) => ({ ...mergeHost(name, []), target: null }));
}

/** What a new host leaves open is as the model has it. */
function resolved(change: HostChangeRequest, hosts: readonly Host[]): HostChange {
  if (change.kind !== 'add' || change.like === null) return change;
  const like = hosts.find(({ name }) => name === change.like);
  const user = change.host.user ?? like?.target?.user ?? null;
  return { ...change, host: { ...change.host, user: change.host.address === null ? null : user } };
}
