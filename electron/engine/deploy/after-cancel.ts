import type { HostName } from '../../../shared/contract/ids.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import type { Reached } from './deploy-work.ts';
import type { HostActivation } from './host-activation.ts';
import { readMachineFacts } from './machine-facts.ts';
import { describeState } from './verdict.ts';

/** How long a host is asked what it is in after a person cancelled. */
const afterCancelMs = 12_000;

interface CancelledHost {
  readonly host: HostName;
  /** What was to be activated; empty where that is not known. */
  readonly system: string;
  readonly stage: Stage;
  /** null: it was not reached. */
  readonly reached: Pick<Reached, 'link' | 'facts'> | null;
  /** null: nothing was activated. */
  readonly activation: Pick<HostActivation, 'describeProgress'> | null;
}

/** What a host says of itself after a person cancelled, in words; null where it cannot be asked. */
export async function askAfterCancel({
  host,
  system,
  stage,
  reached,
  activation,
}: CancelledHost): Promise<{ facts: MachineFacts; words: string } | null> {
  if (reached === null) return null;
  const { link, facts: before } = reached;
  const signal = AbortSignal.timeout(afterCancelMs);
  try {
    const facts = await readMachineFacts(await link.open(signal), signal);
    const goesOn = await activation?.describeProgress(signal);
    const state = activation
      ? describeState({ host, system, before, after: facts })
      : `Nothing was changed on ${host}${stage === 'copy' ? '; what was copied completely stays there' : ''}.`;
    return { facts, words: [goesOn, state].filter((part) => part !== undefined).join(' ') };
  } catch {
    return null;
  }
}
