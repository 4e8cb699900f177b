import { z } from 'zod';
import type { Bench } from '../../build/bench/bench.ts';
import { jobId } from '../../shared/contract/ids.ts';
import { median } from '../../electron/engine/store/median.ts';
import { jobDetail } from '../../shared/contract/job.ts';
import { commandLine, createLab, labAvailability } from '../lab/index.ts';
import type { Lab } from '../lab/index.ts';

const hostCount = 10;
const slow = 'host-1';
const kbitPerSecond = 1000;
const rounds = 5;
/** What each host is sent: over the slow line it takes more than ten seconds. */
const bytes = 1_500_000;

const result = z.object({ type: z.literal('result'), job: jobId, state: z.string() });

async function run(lab: Lab, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await lab.controller.exec(['node', commandLine, ...words], {
    timeoutMs: 300_000,
  });
  if (exitCode !== 0) throw new Error(`${words.join(' ')} ended with ${exitCode}\n${stdout}\n${stderr}`);
  return stdout.trim();
}

/** Sends every host something new and has it activate for a second. Seconds until the nine with a good line, and until all, are through. */
async function deploy(lab: Lab, name: string): Promise<{ others: number; all: number }> {
  const hosts = lab.hosts.map((host) => host.name);
  const data = `environment.etc.data.source = pkgs.runCommand "data-${name}" { } "head -c ${bytes} /dev/urandom > $out";
    pocket.activationSeconds = 1;`;
  const { path } = await lab.fleet('plain', { name, config: Object.fromEntries(hosts.map((host) => [host, data])) });
  const last = (await run(lab, 'deploy', path, '--on', '*', '--yes', '--json')).split('\n').at(-1) ?? '';
  const { job } = result.parse(JSON.parse(last));
  const { summary, steps } = jobDetail.parse(JSON.parse(await run(lab, 'jobs', 'show', job, '--json')));
  const startedAt = summary.startedAt ?? NaN;
  const endOf = (these: readonly string[]): number =>
    Math.max(...steps.flatMap(({ host, endedAt }) => (these.includes(host) ? [endedAt ?? NaN] : [])));
  const others = hosts.filter((host) => host !== slow);
  return { others: (endOf(others) - startedAt) / 1000, all: (endOf(hosts) - startedAt) / 1000 };
}

/** From the shortest to the longest. */
function span(seconds: readonly number[]): string {
  return `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;
}

export default {
  name: `deploying ${hostCount} hosts, one of them behind a slow line`,
  async whyNot() {
    const availability = await labAvailability();
    return availability.available ? null : availability.reason;
  },
  async run() {
    await using lab = await createLab({ name: 'slow-link' });
    await lab.up(Array.from({ length: hostCount }, (_, index) => `host-${index + 1}`));
    await deploy(lab, 'first');
    const usual: number[] = [];
    const beside: number[] = [];
    let longest = 0;
    // In turns, so that a busy minute of the computer does not hit one of them alone; the median of each counts.
    for (let round = 1; round <= rounds; round += 1) {
      usual.push((await deploy(lab, `usual-${round}`)).others);
      await lab.host(slow).link({ kbitPerSecond });
      const { others, all } = await deploy(lab, `beside-${round}`);
      await lab.host(slow).link('up');
      beside.push(others);
      longest = Math.max(longest, all);
    }
    const [typical, alone] = [median(beside) ?? NaN, median(usual) ?? NaN];
    return [
      {
        name: `nine hosts beside one at ${kbitPerSecond / 1000} Mbit/s, against ten with good lines`,
        value: typical / alone,
        unit: 'x',
        atMost: 1.05,
        detail: `${typical.toFixed(2)} s (${span(beside)}) against ${alone.toFixed(2)} s (${span(usual)}), median of ${rounds}; the slow one took ${longest.toFixed(0)} s`,
      },
    ];
  },
} satisfies Bench;
