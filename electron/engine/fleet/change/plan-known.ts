import type { HostChange } from '../../../../shared/fleet/change/change.ts';
import { fileChanges } from '../../../../shared/fleet/change/edit.ts';
import type { FleetFacts } from '../../../../shared/fleet/change/fleet-facts.ts';
import { ownChange } from '../../../../shared/fleet/change/own-layout.ts';
import { cutBy } from '../../../../shared/fleet/change/search.ts';
import type { Layout } from '../../../../shared/fleet/template/layout.ts';
import { EditError } from '../../../../shared/nix/edit.ts';
import { planHost } from '../create/plan-host.ts';
import type { FleetFolder } from '../folder.ts';
import { pathsGoing, type PlannedChange } from './planned.ts';
import { byHandOf, notesOf } from './words.ts';

/** A change in one of our own layouts. */
export async function planKnown(
  folder: FleetFolder,
  facts: FleetFacts,
  layout: Layout,
  change: HostChange,
): Promise<PlannedChange> {
  const texts = new Map(facts.sources.map(({ path, text }) => [path, text]));
  if (change.kind === 'add') {
    const { newFiles, changedFiles } = await planHost(folder.path, change.host);
    const changes = [
      ...Object.entries(newFiles).map(([path, after]) => ({ path, from: path, before: null, after })),
      ...changedFiles.map(({ path, before, after }) => ({ path, from: path, before, after })),
    ];
    return {
      state: 'ready',
      changes: { changes, moves: [] },
      isVerified: false,
      notes: [],
      module: null,
      going: { paths: [], cut: [] },
    };
  }
  try {
    const edit = ownChange(facts, layout, change);
    const changes = fileChanges(edit, texts, facts.files);
    if (changes.length === 0) return { state: 'nothing' };
    return {
      state: 'ready',
      changes: { changes, moves: edit.moves },
      isVerified: false,
      notes: notesOf(facts, change, changes),
      module: null,
      going: { paths: pathsGoing(changes), cut: cutBy(edit, texts) },
    };
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    return { state: 'by-hand', byHand: byHandOf(facts, change, { reason: error.message }) };
  }
}
