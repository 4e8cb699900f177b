import type { HostName } from '../../../shared/contract/ids.ts';
import type { Stage } from '../../../shared/contract/job.ts';
import type { MachineFacts } from '../fleet/status/probe.ts';
import type { Reached } from './deploy-work.ts';
import type { HostActivation } from './host-activation.ts';
import type { HostLink } from './host-session.ts';
import { readMachineFacts } from './machine-facts.ts';
import { describeState } from './verdict.ts';

/** How long a host is asked what it is in after a person cancelled. */
const afterCancelMs = 12_000;

interface CancelledHost {
  readonly host: HostName;
  /** What was to be activated; empty where that is not known. */
  readonly system: string;
  readonly stage: Stage;
  /** What was done to it so far, beside an activation: a sentence each. */
  readonly done: readonly string[];
  /** True where it was told to restart: it may be doing so right now. */
  readonly mayRestart: boolean;
  /** null: it was not reached. */
  readonly reached: Pick<Reached, 'link' | 'facts'> | null;
  /** null: nothing was activated. */
  readonly activation: Pick<HostActivation, 'describeProgress'> | null;
}

/** What became of a host until a person cancelled, in words, and what it says of itself; null where it does not answer. */
export async function askAfterCancel(cancelled: CancelledHost): Promise<{ facts: MachineFacts | null; words: string }> {
  const { reached, activation, done } = cancelled;
  const asked = reached === null ? null : await ask(reached.link, activation);
  const facts = asked?.facts ?? null;
  const words = [...done, asked?.goesOn, describeNow(cancelled, facts)].filter((part) => part !== undefined);
  return { facts, words: words.join(' ') };
}

function describeNow(
  { host, system, stage, done, mayRestart, activation, reached }: CancelledHost,
  facts: MachineFacts | null,
): string | undefined {
  if (activation === null && done.length === 0)
    return `Nothing was changed on ${host}${stage === 'copy' && facts ? '; what was copied completely stays there' : ''}.`;
  if (facts === null || reached === null) return `${host} cannot be asked what it runs.`;
  if (activation === null && !mayRestart) return undefined;
  return `${describeState({ host, system, before: reached.facts, after: facts })}${describeTrial(facts)}`;
}

async function ask(
  link: HostLink,
  activation: CancelledHost['activation'],
): Promise<{ facts: MachineFacts; goesOn: string | undefined } | null> {
  const signal = AbortSignal.timeout(afterCancelMs);
  try {
    const facts = await readMachineFacts(await link.open(signal), signal);
    return { facts, goesOn: await activation?.describeProgress(signal) };
  } catch {
    return null;
  }
}

/** A system that is tried, in words. */
function describeTrial({ pendingBoot }: MachineFacts): string {
  if (pendingBoot === 'up') return ' A restart goes back to the system from before until this boot is confirmed.';
  return pendingBoot === 'waiting' ? ' Its next boot is a trial.' : '';
}
