import type { Host } from '../../shared/contract/host.ts';
import type { HostActivity } from './host-activity.ts';
import { placeText } from './host-condition.ts';

/** Why a host cannot be ticked; null where it can. Without an address it is still built, and given tags. */
export function whyNotSelectable(host: Host): string | null {
  return host.problem?.title ?? null;
}

/** Why a host cannot be deployed at all; null where it can. A host that is offline can be tried. */
export function whyNotDeployable(host: Host): string | null {
  if (host.problem !== null) return host.problem.title;
  if (placeText(host) === '') return 'The fleet gives no address to reach this host over SSH.';
  return null;
}

/** The same for a button that starts a deploy now: not while a job works on the host. */
export function whyNotDeployableNow(host: Host, activity: HostActivity | undefined): string | null {
  const refusal = whyNotDeployable(host);
  if (refusal !== null || activity === undefined) return refusal;
  return activity.isQueued ? `‘${activity.title}’ waits to work on it.` : `‘${activity.title}’ works on it now.`;
}
