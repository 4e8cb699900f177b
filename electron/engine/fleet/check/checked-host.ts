import type { Host } from '../../../../shared/contract/host.ts';
import type { HostDetails } from './facts/host-details.ts';

/** A host with what evaluating its configuration told. */
export interface CheckedHost {
  readonly host: Host;
  readonly details: HostDetails;
  /** `system.stateVersion` of the last deploy that reached it; null: not known. */
  readonly deployedStateVersion: string | null;
}
