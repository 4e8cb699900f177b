import type { FleetView } from '../../../../shared/contract/fleet.ts';
import type { Host } from '../../../../shared/contract/host.ts';
import { isOver } from '../../../../shared/jobs/view.ts';
import { readSafety } from '../../fleet/safety-file.ts';
import type { MachineFacts } from '../../fleet/status/probe.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { deployAddresses, deployTitle, planDeploy } from '../plan.ts';

interface ConfirmBootsOptions {
  readonly jobs: Pick<Jobs, 'list' | 'queue'>;
  readonly sshFolder: string;
  readonly asksNobody: boolean;
}

/**
 * Queues a job for each host that says that it booted a system on trial, or the one from before instead: it confirms the
 * boot, or lets the profile follow. Once for each trial while this engine runs; a later one tries it again.
 * @param sshFolder folder of our own known_hosts and ssh_config
 * @param asksNobody true where no window shows what a job asks: it must not wait, since the host's next deploy waits for it
 */
export function confirmBoots({ jobs, sshFolder, asksNobody }: ConfirmBootsOptions) {
  const seen = new Set<string>();
  return async (view: FleetView, { name }: Host, { pendingBoot, profileSystem }: MachineFacts): Promise<void> => {
    if (pendingBoot !== 'up' && pendingBoot !== 'went-back') return;
    const { id: fleetId, folder } = view.fleet;
    const trial = [fleetId, name, profileSystem, pendingBoot].join(' ');
    if (seen.has(trial)) return;
    // Whoever works there sees to it: a deploy that restarts its host, for one.
    const [latest] = await jobs.list({ fleetId, host: name, limit: 1 });
    if (latest !== undefined && !isOver(latest.state)) return;
    seen.add(trial);
    const plan = planDeploy(view, { hosts: [name], goal: 'confirm-boot' }, sshFolder, await readSafety(folder));
    const spec = { ...plan, asksNobody };
    const about = { kind: 'deploy', title: deployTitle(spec), fleetId, hosts: [name] };
    await jobs.queue({ ...about, addresses: deployAddresses(spec), spec });
  };
}
