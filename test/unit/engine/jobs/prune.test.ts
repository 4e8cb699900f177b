import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobId } from '../../../../shared/contract/ids.ts';
import { pruneJobFolders } from '../../../../electron/engine/jobs/prune.ts';

let jobs: string;
const ids = [5, 4, 3, 2, 1].map((n) => jobId.parse(`2026112${n}-000000-000000`));
beforeEach(() => {
  jobs = mkdtempSync(join(tmpdir(), 'nixstead-prune-'));
  for (const id of [...ids, 'running']) {
    mkdirSync(join(jobs, id, 'log'), { recursive: true });
    writeFileSync(join(jobs, id, 'log', 'job.log'), 'x'.repeat(100_000));
  }
});
afterEach(() => rmSync(jobs, { recursive: true }));
const left = () => readdirSync(jobs).sort();

test('the oldest jobs beyond the number go, the others stay', () => {
  pruneJobFolders(jobs, ids, { jobs: 3, bytes: 1e9 });
  expect(left()).toEqual([...ids.slice(0, 3).reverse(), 'running']);
});

test('the oldest jobs beyond the size go, but never the latest', () => {
  pruneJobFolders(jobs, ids, { jobs: 100, bytes: 250_000 });
  expect(left()).toEqual([ids[1], ids[0], 'running']);
  pruneJobFolders(jobs, ids, { jobs: 100, bytes: 1 });
  expect(left()).toEqual([ids[0], 'running']);
});
