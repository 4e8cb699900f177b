import type { DeployPreview } from '../../shared/contract/deploy.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import { formatCount, formatNames } from '../ui/format.ts';

type Hosts = DeployPreview['hosts'];

/** What is chosen, as a request has it: nothing where the fleet decides. */
export function watchdogOfRequest(choice: Settings['watchdog']): number | 'off' | undefined {
  return choice === 'fleet' ? undefined : choice;
}

/** What the choice means for these hosts. `hosts` null: not known yet. */
export function guardSummary(hosts: Hosts | null, choice: Settings['watchdog']): string {
  const longer = hosts?.filter(({ waitsForChecks }) => waitsForChecks).length ?? 0;
  const why =
    longer === 0 ? '' : ` Longer than chosen on ${formatCount(longer, 'host')}: health checks may take so long.`;
  return `${timeSummary(hosts, choice)}${why}`;
}

function timeSummary(hosts: Hosts | null, choice: Settings['watchdog']): string {
  if (choice === 'off') return 'A host that cannot be reached with its new system stays so until somebody is at it.';
  const times = [...new Set(hosts?.map(({ watchdogSeconds }) => watchdogSeconds))];
  const [only] = times;
  if (times.length === 1 && only !== undefined) {
    if (only === null) return 'nixstead.toml turns it off here.';
    return `${only} s after its activation began, a host that no new connection and no health check confirmed goes back to what it ran.`;
  }
  if (times.length === 0) return 'nixstead.toml says for how long, 60 s otherwise.';
  const known = times.filter((seconds) => seconds !== null).sort((a, b) => a - b);
  const without = hosts?.filter(({ watchdogSeconds }) => watchdogSeconds === null).length ?? 0;
  const range = known.length === 1 ? `after ${known[0]} s` : `after ${known[0]} to ${known.at(-1)} s, by host`;
  return `Goes back ${range}${without > 0 ? `; not guarded: ${formatCount(without, 'host')}` : ''}.`;
}

/** Each check once, with the hosts that it is run for. */
export function checkLines(hosts: Hosts): { name: string; hosts: string }[] {
  const byName = new Map<string, string[]>();
  for (const { name, checks, refusal } of hosts) {
    if (refusal !== null) continue;
    for (const check of checks) byName.set(check.name, [...(byName.get(check.name) ?? []), name]);
  }
  return [...byName].map(([name, names]) => ({ name, hosts: formatNames(names, 4) }));
}
