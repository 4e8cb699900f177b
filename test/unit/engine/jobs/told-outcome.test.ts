import { expect, test } from 'vitest';
import { latestFirst, type ToldOutcome } from '../../../../electron/engine/jobs/told-outcome.ts';
import { jobId } from '../../../../shared/contract/ids.ts';

interface Job {
  readonly name: string;
  readonly endedAt: number | null;
  readonly told: readonly number[];
}

const id = jobId.parse('20261121-140201-abcdef');

/** What the jobs tell, as `system at`, with the names of those that were read until each was told. */
function tell(jobs: readonly Job[]): string[] {
  const read: string[] = [];
  const outcomesOf = ({ name, told }: Job): ToldOutcome[] => {
    read.push(name);
    return told.map((at) => ({
      ...{ jobId: id, kind: 'deploy', spec: {}, at },
      outcome: { state: 'succeeded', generation: null, system: name },
    }));
  };
  return Array.from(
    latestFirst(jobs, outcomesOf),
    ({ at, outcome }) => `${outcome.system} ${at}, read ${read.join(' ')}`,
  );
}

test('what was told last comes first, whichever job was queued later', () => {
  // One waits long for its host, and another that was queued after it is over before.
  const waited = { name: 'waited', endedAt: 90, told: [20, 80] };
  const quick = { name: 'quick', endedAt: 50, told: [40] };
  expect(tell([quick, waited])).toEqual([
    'waited 80, read waited',
    'quick 40, read waited quick',
    'waited 20, read waited quick',
  ]);
});

test('a job that is not over, or of which nobody saw the end, may have told anything', () => {
  const open = { name: 'open', endedAt: null, told: [10] };
  const lost = { name: 'lost', endedAt: null, told: [60] };
  const over = { name: 'over', endedAt: 50, told: [50] };
  expect(tell([over, open, lost]).map((line) => line.split(',')[0])).toEqual(['lost 60', 'over 50', 'open 10']);
  expect(tell([])).toEqual([]);
});
