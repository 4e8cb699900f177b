import type { Host } from '../../contract/host.ts';
import type { Position, Source } from './source.ts';

/** What is known of a fleet before it is changed. */
export interface FleetFacts {
  readonly hosts: readonly Host[];
  readonly sources: readonly Source[];
  /** Every file that the flake sees, relative to the fleet's folder. */
  readonly files: readonly string[];
  /** Where evaluation says that hosts and their values are declared. */
  readonly positions: ReadonlyMap<string, HostPositions>;
}

export interface HostPositions {
  /** Of the host's own attribute in the outputs. */
  readonly declared: readonly Position[];
  /** Of what says where it answers, and its tags. */
  readonly values: readonly Position[];
}

export const noPositions: HostPositions = { declared: [], values: [] };

/** One way to do something, with the place that it is about. */
export interface Way<What> {
  readonly edit: What;
  readonly place: Position | null;
}
