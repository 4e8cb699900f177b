import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobDetail, type ExportPiece, type JobDetail } from '../../../../shared/contract/job.ts';
import {
  exportJobs,
  jobRecord,
  LogLineReader,
  type ExportedJob,
  type LogLine,
} from '../../../../electron/engine/jobs/export.ts';
import { JobFolder } from '../../../../electron/engine/jobs/job-folder.ts';
import { aDetail, aSummary, JOB, named } from '../../renderer/invented.ts';

let folder: JobFolder;
beforeEach(() => {
  folder = new JobFolder(mkdtempSync(join(tmpdir(), 'nixstead-export-')));
  mkdirSync(folder.logs);
});
afterEach(() => rmSync(folder.path, { recursive: true }));

const never = new AbortController().signal;
const detail = aDetail(aSummary(['nas', 'pi'], { state: 'partial' }), { notes: [{ at: 1, text: 'two\nlines' }] });
const job = (): ExportedJob => ({ id: JOB, folder, show: async () => detail });

async function all(pieces: AsyncIterable<ExportPiece>): Promise<ExportPiece[]> {
  const found: ExportPiece[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}
const recordsOf = (pieces: readonly ExportPiece[]): unknown[] =>
  pieces.flatMap(({ text }) => text.split('\n').filter(Boolean)).map((line): unknown => JSON.parse(line));
const linesOf = (...pieces: string[]): LogLine[] => {
  const reader = new LogLineReader(20);
  return [...pieces.flatMap((piece) => reader.add(piece)), ...reader.end()];
};

test('an exported job is one line that holds all of it', () => {
  const line = jobRecord(detail);
  expect(line.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(line)).toMatchObject({ version: 1 });
  expect(jobDetail.parse(JSON.parse(line))).toEqual(detail);
});

test('without logs a job is all there is, as it ever was', async () => {
  writeFileSync(folder.log(null), 'words\n');
  const pieces = await all(exportJobs([job(), job()], false, never));
  expect(pieces).toEqual([1, 2].map((jobs) => ({ text: jobRecord(detail), jobs, logBytes: 0, logBytesTotal: 0 })));
});

test("with logs each line of the job's own and of its hosts' is a record of its own after the job", async () => {
  writeFileSync(folder.log(null), 'evaluating\r\nbuilt\r\n');
  writeFileSync(folder.log(named('pi')), '\u001b[31mbroken\u001b[0m');
  const pieces = await all(exportJobs([job()], true, never));
  const log = { version: 1, type: 'log', job: JOB };
  expect(recordsOf(pieces)).toEqual([
    { version: 1, ...detail },
    { ...log, host: null, line: 1, text: 'evaluating' },
    { ...log, host: null, line: 2, text: 'built' },
    { ...log, host: 'pi', line: 1, text: 'broken' },
  ]);
  expect(pieces).toMatchObject([{ jobs: 1, logBytes: 34, logBytesTotal: 34 }]);
});

test('a job whose files were removed is exported without logs', async () => {
  rmSync(folder.logs, { recursive: true });
  expect(recordsOf(await all(exportJobs([job()], true, never)))).toEqual([{ version: 1, ...detail }]);
  mkdirSync(folder.logs);
});

test('lines are read as on a terminal: whole over pieces, of a redrawn one the last, without what drives a terminal', () => {
  expect(linesOf('a', 'b\nc\r', '\nd')).toEqual([
    { line: 1, text: 'ab' },
    { line: 2, text: 'c' },
    { line: 3, text: 'd' },
  ]);
  expect(linesOf('10 %\r20', ' %\r', '100 %\r\nover\r\u001b[K', 'done\n')).toEqual([
    { line: 1, text: '100 %' },
    { line: 2, text: 'done' },
  ]);
  expect(linesOf('\n\n', '\u001b]0;title\u0007x\u0000\ty\n')).toEqual([
    { line: 1, text: '' },
    { line: 2, text: '' },
    { line: 3, text: 'x\ty' },
  ]);
});

test('a line of any length comes whole, in parts that say which line they belong to', () => {
  expect(linesOf('x'.repeat(15), 'y'.repeat(15), 'z\nnext')).toEqual([
    { line: 1, text: 'x'.repeat(15) + 'y'.repeat(15) },
    { line: 1, text: 'z', continues: true },
    { line: 2, text: 'next' },
  ]);
  // A line that is drawn again and again for ever is one line, and no memory.
  expect(linesOf(...Array.from({ length: 100 }, (_, part) => `${part} of 100\r`), '\n')).toEqual([
    { line: 1, text: '99 of 100' },
  ]);
});

test('no more is read than was asked for, whatever the length of a log', async () => {
  // Holes on the disk, read as zeros: no line ever ends.
  writeFileSync(folder.log(null), 'first\n');
  truncateSync(folder.log(null), 8 * 1024 ** 3);
  const read: number[] = [];
  for await (const { logBytes, logBytesTotal } of exportJobs([job()], true, never)) {
    expect(logBytesTotal).toBe(8 * 1024 ** 3);
    read.push(logBytes);
    if (read.length === 3) break;
  }
  expect(read).toEqual([1, 2, 3].map((pieces) => pieces * 1024 ** 2));
});

test('an export that is broken off ends as such, not as if it were whole', async () => {
  const stop = new AbortController();
  writeFileSync(folder.log(null), 'x\n'.repeat(1_000_000));
  const pieces = exportJobs([job()], true, stop.signal);
  await pieces.next();
  stop.abort();
  await expect(all(pieces)).rejects.toThrow('aborted');
});

test('a job that is not there is the end of the export', async () => {
  const gone: ExportedJob = { ...job(), show: (): Promise<JobDetail> => Promise.reject(new Error('no such job')) };
  await expect(all(exportJobs([job(), gone], true, never))).rejects.toThrow('no such job');
});
