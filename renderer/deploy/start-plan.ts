import type { HostName } from '../../shared/contract/ids.ts';
import type { AppState } from '../app/app-state.svelte.ts';

/** Uploads the keys of these hosts, as a job of its own, and shows it. */
export async function startKeys(app: AppState, hosts: readonly HostName[]): Promise<void> {
  const fleetId = app.fleet.fleet?.id;
  if (fleetId === undefined || hosts.length === 0) return;
  const { jobId } = await app.client.deploy.start({ fleetId, hosts: [...hosts], goal: 'keys' });
  app.router.go({ page: 'job', id: jobId });
}

/** Finds out what a deploy of these hosts would change, as a job of its own, and shows it. */
export async function startPlan(app: AppState, hosts: readonly HostName[]): Promise<void> {
  const fleetId = app.fleet.fleet?.id;
  if (fleetId === undefined || hosts.length === 0) return;
  const { jobId } = await app.client.deploy.start({ fleetId, hosts: [...hosts], goal: 'dry-activate' });
  app.selection.clear();
  app.router.go({ page: 'job', id: jobId });
}
