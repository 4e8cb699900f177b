import type { HostName } from '../../shared/contract/ids.ts';
import type { InstallDraft } from '../../shared/contract/install.ts';
import type { AppState } from '../app/app-state.svelte.ts';

/** Begins to prepare an install in the open fleet, and shows its first step. */
export async function beginInstall(app: AppState, kind: InstallDraft['kind'], host?: HostName): Promise<void> {
  const fleetId = app.fleet.fleet?.id;
  if (fleetId === undefined) return;
  try {
    const draft = await app.client.install.create({ fleetId, kind, ...(host === undefined ? {} : { host }) });
    app.router.go({ page: 'machines', draft: draft.id });
  } catch (error) {
    app.complain(error);
  }
}
