import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Bench, Measurement } from '../../build/bench/bench.ts';
import { JobFolder } from '../../electron/engine/jobs/job-folder.ts';
import { jobId } from '../../shared/contract/ids.ts';
import { createLab, labAvailability, projectRoot } from '../lab/index.ts';
import { watchAgain, whyNoWindow, type RecordedJob } from './replayed-job.ts';

/** Machines of the lab like all others: their own network, sshd, store and profile; their disks lie in memory. */
const hostCount = 100;
/** So many are started at once: each start is a dozen short programs. */
const startedAtOnce = 10;

/** The window is shown the deploy again in a fraction of the time. */
const replaySpeed = 4;
const frameMs = 1000 / 60;

const answer = z.object({
  job: jobId,
  planned: z.int(),
  deployed: z.int(),
  failures: z.array(z.string()),
  planSeconds: z.number(),
  deploySeconds: z.number(),
  engineMegabytes: z.number(),
  runnerMegabytes: z.number(),
});

async function deploy(): Promise<{ found: z.infer<typeof answer>; recorded: RecordedJob }> {
  await using lab = await createLab({ name: 'many' });
  const hosts = Array.from({ length: hostCount }, (_, index) => `host-${index + 1}`);
  for (let from = 0; from < hostCount; from += startedAtOnce) await lab.up(hosts.slice(from, from + startedAtOnce));
  const config = Object.fromEntries(hosts.map((host) => [host, `pocket.units.${host} = "one";`]));
  const { path } = await lab.fleet('plain', { config });
  const argv = ['node', join(projectRoot, 'test/bench/deploy-many-process.ts'), path];
  const { exitCode, stdout, stderr } = await lab.controller.exec(argv, { timeoutMs: 900_000 });
  if (exitCode !== 0) throw new Error(`deploying ended with ${exitCode}\n${stdout}\n${stderr}`);
  const found = answer.parse(JSON.parse(stdout));
  const folder = new JobFolder(join(lab.folder, 'state/jobs', found.job));
  const job = folder.readJob();
  if (job === null) throw new Error(`the job ${found.job} left nothing`);
  return { found, recorded: { job, events: readFileSync(folder.events, 'utf8') } };
}

/** The window while it shows the same deploy, when the lab is gone and the computer has nothing else to do. */
async function inTheWindow(recorded: RecordedJob): Promise<Measurement[]> {
  if (whyNoWindow !== null) return [];
  const { seconds, scriptMs, layoutMs, framesPerSecond } = await watchAgain(recorded, replaySpeed);
  return [
    {
      name: `the window meanwhile: scripts, styles and layout for each sixtieth of a second`,
      value: scriptMs + layoutMs,
      unit: 'ms',
      atMost: frameMs,
      detail: `scripts ${scriptMs.toFixed(1)} ms, styles and layout ${layoutMs.toFixed(1)} ms; the deploy shown again in ${seconds.toFixed(0)} s, ${replaySpeed} times as fast`,
    },
    {
      name: 'frames that it drew',
      value: framesPerSecond,
      unit: '/s',
      atLeast: 55,
      detail: 'drawn without a graphics card',
    },
  ];
}

export default {
  name: `planning and deploying ${hostCount} hosts of the lab`,
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    const { found, recorded } = await deploy();
    const { planSeconds, deploySeconds, failures } = found;
    const seconds = `plan ${planSeconds.toFixed(0)} s, deploy ${deploySeconds.toFixed(0)} s`;
    return [
      { name: `hosts planned, of ${hostCount}`, value: found.planned, unit: 'hosts', atLeast: hostCount },
      {
        name: `hosts deployed as planned, of ${hostCount}`,
        value: found.deployed,
        unit: 'hosts',
        atLeast: hostCount,
        detail: [seconds, ...failures.slice(0, 3)].join('; '),
      },
      { name: 'memory of the engine meanwhile', value: found.engineMegabytes, unit: 'MB', atMost: 400 },
      { name: 'memory of the job’s own process meanwhile', value: found.runnerMegabytes, unit: 'MB', atMost: 400 },
      ...(await inTheWindow(recorded)),
    ];
  },
} satisfies Bench;
