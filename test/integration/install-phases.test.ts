import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobFile } from '../../electron/engine/jobs/job-folder.ts';
import type { JobId } from '../../shared/contract/ids.ts';
import type { Stage } from '../../shared/contract/job.ts';
import { labAvailability } from '../lab/index.ts';
import type { Deployed, RunningDeploy } from './deploy/deploy-lab.ts';
import { InstallLab, type Bench } from './install/install-lab.ts';

/** In order; those that need the network are the ones in which a cable can be pulled. */
const stages: readonly Stage[] = [
  ...([
    'plan',
    'evaluate',
    'build',
    'kexec',
    'hardware',
    'gate',
    'disko',
    'copy',
    'install',
    'reboot',
    'boot',
  ] as const),
];
const local: readonly Stage[] = ['evaluate', 'build'];
const lost = /^(?:Erasing \/dev\/vda \(LAB-\S+\) had begun: |What was on \/dev\/vda \(LAB-\S+\) is erased)/m;

interface Fault {
  readonly name: string;
  readonly in: readonly Stage[];
  /** Does it to a running install; resolves when that is done. */
  readonly strike: (bench: Bench, running: RunningDeploy, job: JobId) => Promise<void>;
  readonly state: string;
}

const faults: readonly Fault[] = [
  {
    name: 'cancelled',
    in: stages,
    strike: (_, running) => Promise.resolve(running.interrupt()),
    state: 'cancelled',
  },
  {
    name: 'killed',
    in: stages,
    strike: (bench, _, job) => bench.home.killRunner(job),
    state: 'failed',
  },
  {
    name: 'cut',
    in: stages.filter((stage) => !local.includes(stage)),
    strike: (bench) => bench.host.link('down'),
    state: 'failed',
  },
];

/** It takes minutes: three machines, each of which is stopped in every phase and goes on. */
const availability = await labAvailability();
const whyNot =
  process.env['NIXSTEAD_LONG'] !== '1'
    ? 'it takes minutes, NIXSTEAD_LONG=1 runs it'
    : availability.available
      ? null
      : availability.reason;

describe.skipIf(whyNot !== null)(
  `an install stopped in every phase${whyNot === null ? '' : `, skipped: ${whyNot}`}`,
  () => {
    let home: InstallLab;
    beforeAll(async () => {
      home = await InstallLab.start('phases');
    });
    afterAll(() => home[Symbol.asyncDispose]());

    test.concurrent.each(faults)(
      '$name says truthfully what state it leaves, and goes on from there to its end',
      async ({ name, in: struck, strike, state }) => {
        const bench = await home.machine(name, { role: 'debian' });
        await bench.config(
          '  environment.etc.slow.source = pkgs.slow 4;\n  environment.etc.data.source = pkgs.payload 60;',
        );
        const formats = (): Promise<string> => bench.host.read('sh', '-c', 'blkid -s UUID -s PTUUID /dev/vda*');
        const before = await formats();
        let running = await bench.install(['--boot-limit', '40']);
        for (const stage of struck) {
          const reached = await reach(bench, running, stage);
          const { job } = reached;
          await strike(bench, reached.running, job);
          const ended = await reached.running.over();
          const where = `${stage}: ${bench.stagesOf(ended)}`;
          expect(ended.result.state, where).toBe(state);
          await bench.host.link('up');
          running = bench.run('--resume', job, '--confirm-wipe', bench.serial);
          const left = await running.untilLeft();
          const words = left.state.join('\n');
          console.log(`${name} in ${where}\n${words}\ngoes on with ${left.phase}`);
          const at = stages.indexOf(stageOf(ended, bench)) - stages.indexOf('disko');
          if (at < 0 || (at === 0 && words.startsWith('Nothing'))) {
            expect(words, where).toContain(`Nothing on the disks of ${name} was changed.`);
            // While the installer starts, nobody can be asked.
            if (stage !== 'kexec') expect(await formats(), where).toBe(before);
          } else expect(words, where).toMatch(lost);
        }
        const last = await running.over();
        expect(last.exitCode, last.stderr).toBe(0);
        expect(bench.stagesOf(last)).toContain('boot done, verify done, commit done');
        expect(await bench.host.read('hostname')).toBe(name);
      },
      1_200_000,
    );
  },
);

/** Resolves when it is in a stage. One that finds the machine starting is begun again, as a person would. */
async function reach(
  bench: Bench,
  first: RunningDeploy,
  stage: Stage,
): Promise<{ readonly running: RunningDeploy; readonly job: JobId }> {
  let running = first;
  for (let left = 4; ; left -= 1) {
    try {
      await running.until((step) => step.stage === stage && step.state === 'running');
      return { running, job: await newestJob(bench) };
    } catch (error) {
      const ended = await running.over();
      const code = ended.result.hosts[bench.name]?.error?.code ?? '';
      if (left === 0 || !code.startsWith('ssh-')) throw error;
      running = bench.run('--resume', await newestJob(bench), '--confirm-wipe', bench.serial);
    }
  }
}

/** Told by the folders of jobs, which costs no program. */
async function newestJob({ home, name }: Bench): Promise<JobId> {
  const folder = join(home.lab.folder, 'state/jobs');
  for (const id of (await readdir(folder)).toSorted().toReversed()) {
    const job = jobFile.safeParse(JSON.parse(await readFile(join(folder, id, 'job.json'), 'utf8').catch(() => 'null')));
    if (job.success && job.data.hosts.some((host) => host.name === name)) return job.data.id;
  }
  throw new Error(`there is no job about ${name}`);
}

/** The stage in which it ended. */
function stageOf({ steps }: Deployed, { name }: Bench): Stage {
  const begun = steps.filter((step) => step.host === name && step.state === 'running');
  return begun.at(-1)?.stage ?? 'plan';
}
