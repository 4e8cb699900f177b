import type { ByHand } from '../../../../shared/contract/change.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import type { Problem } from '../../../../shared/contract/problem.ts';
import type { HostChange } from '../../../../shared/fleet/change/change.ts';
import { placeOfHost } from '../../../../shared/fleet/change/declarations.ts';
import type { FileChange } from '../../../../shared/fleet/change/edit.ts';
import type { Deviation } from '../../../../shared/fleet/change/expectation.ts';
import type { FleetFacts } from '../../../../shared/fleet/change/fleet-facts.ts';
import { isPlainHost } from '../../../../shared/fleet/change/model.ts';
import { Search, type Attempt } from '../../../../shared/fleet/change/search.ts';
import { snippetOf } from '../../../../shared/fleet/change/snippet.ts';
import { positionAt } from '../../../../shared/nix/line.ts';
import { mentionsOf } from './mentions.ts';

/** What came of one attempt. `problem`: the fleet could not be evaluated with it. */
export interface Outcome {
  readonly hosts: readonly Host[];
  readonly deviations: readonly Deviation[];
  readonly problem: Problem | null;
}

/** The hosts that a change names, as they are called now. */
export function namesOf(change: HostChange): string[] {
  switch (change.kind) {
    case 'add':
      return change.like === null ? [] : [change.like];
    case 'retag':
      return [...change.names];
    default:
      return [change.name];
  }
}

export interface Why {
  readonly reason: string;
  readonly evidence?: string;
  readonly place?: Attempt['place'];
}

/** Why nothing that was tried will do. */
export function whyNot(change: HostChange, { deviations: found, problem }: Outcome, { place }: Attempt): Why {
  if (problem !== null) {
    return {
      reason: 'With the change in the only place that was found, the fleet cannot be evaluated.',
      evidence: `${problem.title}\n${problem.evidence}`,
      place,
    };
  }
  const own = new Set([
    ...namesOf(change),
    change.kind === 'rename' ? change.newName : '',
    change.kind === 'add' ? change.host.name : '',
  ]);
  const others = [...new Set(found.filter(({ host }) => !own.has(host)).map(({ host }) => host))];
  const shown = others.slice(0, 3).join(', ') + (others.length > 3 ? ` and ${others.length - 3} more` : '');
  const evidence = found
    .slice(0, 10)
    .map(({ text }) => text)
    .join('\n');
  if (others.length > 0)
    return { reason: `The place that was found is also about ${shown}, which would change too.`, evidence, place };
  return { reason: 'No place was found where the change alone would do what is wanted.', evidence, place };
}

/** Why nothing could be tried. */
export function whyNoWay(facts: FleetFacts, change: HostChange): string {
  const [name] = namesOf(change);
  const host = facts.hosts.find((item) => item.name === name);
  const sources = host?.sources ?? [];
  if (change.kind === 'retag' && sources.includes('deploy') && !sources.some((kind) => /^colmena|^hive/.test(kind))) {
    return `${name} comes from deploy-rs, which knows no tags.`;
  }
  const isPlain = host !== undefined && isPlainHost(host);
  if (change.kind === 'add') {
    const wantsMore = change.host.address !== null || change.host.tags.length > 0;
    return isPlain && wantsMore
      ? `${change.like} and its like come from nixosConfigurations alone, which has no place for an address or tags. Add the host without them, or declare an output colmenaHive or deploy first.`
      : `No host of this fleet is declared in a way that could be copied${change.isForInstall === true ? ', with a module of its own that could import the disk layout and what the install finds on the hardware' : ''}.`;
  }
  if (isPlain && (change.kind === 'retarget' || change.kind === 'retag')) {
    return `${name} comes from nixosConfigurations alone, and nothing in this fleet says more of it. Where hosts answer, and their tags, have their place in the outputs colmenaHive and deploy.`;
  }
  if (change.kind === 'rename' || change.kind === 'retire') {
    return `The name ${name} is not written out in the files of this fleet: it is computed.`;
  }
  const what = Search.noWay(facts, change)?.what ?? 'it';
  return `Nothing in the files of this fleet says ${what} in words that could be changed.`;
}

/** What a person is told to do. */
export function byHandOf(facts: FleetFacts, change: HostChange, { reason, evidence = '', place = null }: Why): ByHand {
  const [name] = namesOf(change);
  const declared = name === undefined ? null : placeOfHost(facts, name);
  const at = place ?? (declared && { file: declared.source.path, offset: declared.offset });
  const text = facts.sources.find(({ path }) => path === at?.file)?.text;
  return {
    reason,
    evidence,
    file: at?.file ?? (facts.files.includes('flake.nix') ? 'flake.nix' : null),
    line: at && text !== undefined ? positionAt(text, at.offset).line : null,
    snippet: snippetOf(change, facts.hosts),
  };
}

/** What a person should know besides the changed lines. */
export function notesOf(
  facts: FleetFacts,
  change: HostChange,
  changes: readonly FileChange[],
  after: readonly Host[] = [],
): string[] {
  const notes: string[] = [];
  if (change.kind === 'rename') {
    const old = facts.hosts.find(({ name }) => name === change.name)?.target?.host;
    const now = after.find(({ name }) => name === change.newName)?.target?.host;
    if (old !== undefined && now !== undefined && old !== now) {
      notes.push(`Its address follows its name: ${old} becomes ${now}, which has to be known in your network.`);
    }
    notes.push('The machine itself takes its new name at the next deploy.');
  }
  if (change.kind === 'retire') notes.push('The machine itself is not touched: it goes on running what it has.');
  if (change.kind === 'rename' || change.kind === 'retire') notes.push(...mentionsOf(change.name, facts, changes));
  return notes;
}
