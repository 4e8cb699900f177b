import type { HostLink } from './host-session.ts';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import type { JobContext } from '../jobs/context.ts';
import type { Secrets } from '../ssh/askpass.ts';
import type { SshFiles } from '../ssh/config.ts';
import type { BuildAbility } from './architecture.ts';
import type { BuildHost } from './build-host.ts';
import type { DeploymentKey } from './keys/read-keys.ts';
import type { DeployLimits } from './limits.ts';
import type { Questions } from './questions.ts';
import type { DeploySpec } from './spec.ts';
import type { RebootTurns } from './reboot/turns.ts';

/** What the hosts of one deploy share. */
export interface DeployWork {
  readonly context: JobContext;
  readonly spec: DeploySpec;
  readonly files: SshFiles;
  readonly limits: DeployLimits;
  readonly questions: Questions;
  /** What builds in place of this computer and the hosts; null: nothing does. */
  readonly buildHost: Pick<BuildHost, 'build'> | null;
  /** What this computer can build for; nix is asked once. */
  readonly buildAbility: () => Promise<BuildAbility>;
  /** State of the fleet's files when they began to be evaluated; null: it cannot be told, or nothing else reads them. */
  readonly evaluatedFiles: Promise<string | null>;
  /** Who restarts when. */
  readonly turns: RebootTurns;
  /** Of the hosts that have some which are uploaded; each comes when it was read. */
  readonly keys: ReadonlyMap<HostName, Promise<DeploymentKey[]>>;
}

/** A host that was reached, and what it said before anything was changed. */
export interface Reached {
  readonly link: HostLink;
  readonly facts: MachineFacts;
  readonly secrets: Secrets;
  /** What root's commands begin with there; empty for root. */
  readonly privilege: readonly string[];
  /** False where the user cannot become root without a password. */
  readonly mayBecomeRoot: boolean;
}
