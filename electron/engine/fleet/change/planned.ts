import type { ByHand } from '../../../../shared/contract/change.ts';
import type { FileChange } from '../../../../shared/fleet/change/edit.ts';
import type { Attempt } from '../../../../shared/fleet/change/search.ts';
import type { Fleets } from '../fleets.ts';
import type { TrialParts } from './trial.ts';
import type { Changes } from './write-changes.ts';

export interface PlanParts extends TrialParts {
  readonly fleets: Pick<Fleets, 'open'>;
  /** Where copies of fleets are made. */
  readonly scratch: string;
}

export interface PlanOptions {
  readonly signal: AbortSignal;
  /** Told what is being done, in a few words. */
  readonly onStep: (text: string) => void;
}

/** A change as it was worked out. */
export type Planned =
  | {
      readonly state: 'ready';
      readonly changes: Changes;
      readonly isVerified: boolean;
      readonly notes: readonly string[];
      /** The own module of a host that is added to a flake that was not made by us; null: it has none. */
      readonly module: string | null;
    }
  | { readonly state: 'by-hand'; readonly byHand: ByHand }
  | { readonly state: 'nothing' };

/** With what goes, which git has to hold. */
export type PlannedChange =
  | Exclude<Planned, { state: 'ready' }>
  | (Extract<Planned, { state: 'ready' }> & { readonly going: { paths: readonly string[]; cut: Attempt['cut'] } });

/** The places on the disk that an edit deletes. */
export function pathsGoing(changes: readonly FileChange[]): string[] {
  const files = changes.filter(({ after }) => after === null).map(({ path }) => path);
  // Also what git does not know in these folders.
  return [...new Set(files.map((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path)))];
}
