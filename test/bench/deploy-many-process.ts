import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { engineAlone, openFleet } from '../lab/engine-alone.ts';
import { runnerFile } from '../../electron/engine/jobs/job-folder.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import type { JobDetail } from '../../shared/contract/job.ts';

/**
 * Plans what a switch would change on every host of the fleet at `argv[2]`, then does exactly that, and follows both as
 * the window does. Prints as JSON what became of the hosts, how long it took, and the most memory that the engine and the
 * jobs' own processes had, in MB. Hosts that were never seen are trusted.
 */
const [, , path = ''] = process.argv;
await using engine = await engineAlone();
const { client } = engine;
const jobs = join(process.env['NIXSTEAD_HOME'] ?? '', 'jobs');

/** The most that a process had, in MB; 0 for one that is not there. */
function peakOf(pid: number | 'self'): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return (Number(kilobytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

function runnerOf(id: JobId): number | null {
  try {
    const { runner } = runnerFile.parse(JSON.parse(readFileSync(join(jobs, id, 'runner.json'), 'utf8')));
    return runner.pid;
  } catch {
    return null;
  }
}

async function follow(id: JobId): Promise<{ job: JobDetail; peak: number }> {
  let peak = 0;
  const answered = new Set<string>();
  for await (const event of await client.job.watch({ id })) {
    const runner = runnerOf(id);
    if (runner !== null) peak = Math.max(peak, peakOf(runner));
    const prompt = (event.type === 'snapshot' ? event.job.summary : event.summary).pendingPrompt;
    if (prompt === null || answered.has(prompt.id)) continue;
    answered.add(prompt.id);
    await client.job.answer({ id, promptId: prompt.id, answer: 'yes' });
  }
  return { job: await client.job.show({ id }), peak };
}

const view = await openFleet(client, path);
const of = { fleetId: view.fleet.id, hosts: view.hosts.map(({ name }) => name) };

const startedAt = performance.now();
const { jobId: planned } = await client.deploy.start({ ...of, goal: 'dry-activate' });
const plan = await follow(planned);
const plannedAt = performance.now();
const { jobId } = await client.deploy.start({ ...of, goal: 'switch', planned });
const deploy = await follow(jobId);

const states = ({ job }: { job: JobDetail }) => Object.values(job.outcomes).map(({ state }) => state);
const failures = Object.entries(deploy.job.outcomes).flatMap(([host, { state, error }]) =>
  state === 'succeeded' ? [] : [`${host}: ${error?.title ?? state}`],
);
console.log(
  JSON.stringify({
    job: jobId,
    planned: Object.keys(plan.job.changes).length,
    deployed: states(deploy).filter((state) => state === 'succeeded').length,
    failures,
    planSeconds: (plannedAt - startedAt) / 1000,
    deploySeconds: (performance.now() - plannedAt) / 1000,
    engineMegabytes: peakOf('self'),
    runnerMegabytes: Math.max(plan.peak, deploy.peak),
  }),
);
