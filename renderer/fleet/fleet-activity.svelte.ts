import type { HostName, JobId } from '../../shared/contract/ids.ts';
import type { JobDetail } from '../../shared/contract/job.ts';
import type { JobsManager } from '../jobs/jobs-manager.svelte.ts';
import type { JobWatch } from '../jobs/job-watch.svelte.ts';
import { activityByHost, type HostActivity } from './host-activity.ts';

/** Watches every active job while the fleet is looked at, so that its rows show what happens to them. */
export class FleetActivity {
  readonly #jobs: JobsManager;
  #watches = $state.raw<ReadonlyMap<JobId, { watch: JobWatch } & Disposable>>(new Map());

  readonly #byHost: ReadonlyMap<HostName, HostActivity> = $derived.by(() => {
    const details = new Map<JobId, JobDetail>();
    for (const [id, { watch }] of this.#watches) if (watch.detail !== null) details.set(id, watch.detail);
    return activityByHost(this.#jobs.active, details);
  });

  constructor(jobs: JobsManager) {
    this.#jobs = jobs;
  }

  get byHost(): ReadonlyMap<HostName, HostActivity> {
    return this.#byHost;
  }

  /** Call inside an effect: follows the list of active jobs until that effect ends. */
  follow(): () => void {
    const runningIds = this.#jobs.active.filter((job) => job.state === 'running').map((job) => job.id);
    const watches = new Map(runningIds.map((id) => [id, this.#jobs.watch(id)]));
    this.#watches = watches;
    return () => {
      for (const watch of watches.values()) watch[Symbol.dispose]();
    };
  }
}
