import { createRouterClient, implement } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../../shared/contract/index.ts';
import type { ExportPiece } from '../../../../shared/contract/job.ts';
import { asProblem } from '../../../../renderer/app/as-problem.ts';
import { exportJobs, exportShare, type ExportProgress } from '../../../../renderer/jobs/export-jobs.ts';
import { JOB } from '../invented.ts';

const piece = (text: string, jobs: number, logBytes = 0, logBytesTotal = 0): ExportPiece => ({
  ...{ text, jobs, logBytes, logBytesTotal },
});

/** An engine with these pieces; `taken` are those that the page asked for. */
function engineWith(pieces: readonly ExportPiece[]) {
  const taken: ExportPiece[] = [];
  const ended = Promise.withResolvers<void>();
  const pass = implement(contract).job.export.handler(async function* () {
    try {
      for (const each of pieces) {
        taken.push(each);
        yield each;
      }
    } finally {
      ended.resolve();
    }
  });
  const client = createRouterClient({ job: { export: pass } });
  return { client, taken, ended: ended.promise };
}

async function run(pieces: readonly ExportPiece[], { count = 1, longest = 1000, stop = new AbortController() } = {}) {
  const { client, taken, ended } = engineWith(pieces);
  const told: ExportProgress[] = [];
  const request = { ids: Array.from({ length: count }, () => JOB), withLogs: true };
  const exporting = exportJobs(client, request, {
    signal: stop.signal,
    onProgress: (progress) => void told.push(progress),
    longest,
  });
  const ending = await exporting.then(
    async (file) => ({ type: file.type, text: await file.text() }),
    (error: unknown) => ({ problem: asProblem(error), error }),
  );
  return { ending, taken, told, ended };
}

describe('an export from the window', () => {
  test('is a file of all pieces, and says how far it is', async () => {
    const { ending, told } = await run([piece('a\n', 0, 0, 4), piece('bä\n', 0, 4, 4), piece('', 1, 4, 4)]);
    expect(ending).toEqual({ type: 'application/jsonl', text: 'a\nbä\n' });
    expect(told.map((progress) => exportShare(progress, 1))).toEqual([0, 4, 4].map((done) => ({ done, total: 4 })));
    expect(exportShare({ jobs: 3, logBytes: 0, logBytesTotal: 0 }, 5)).toEqual({ done: 3, total: 5 });
  });

  test('is refused at once where the logs are too long, with what helps', async () => {
    const { ending, taken, ended } = await run([piece('a\n', 0, 0, 2 ** 40), piece('b\n', 0, 2, 2 ** 40)]);
    await ended;
    expect(taken).toHaveLength(1);
    expect(ending).toMatchObject({
      problem: {
        code: 'export-too-long',
        evidence: expect.stringContaining('1.0 TiB of logs'),
        advice: ['Export the job without its logs.', expect.stringContaining(`jobs export --logs ${JOB} > `)],
      },
    });
  });

  test('ends where what goes with each line makes it too long', async () => {
    const { ending, taken } = await run(
      Array.from({ length: 100 }, () => piece('x'.repeat(60), 0, 1, 100)),
      { count: 2 },
    );
    expect(taken).toHaveLength(17);
    expect(ending).toMatchObject({
      problem: { code: 'export-too-long', advice: ['Export fewer jobs, or without logs.', expect.any(String)] },
    });
  });

  test('is no file where it was cut off', async () => {
    const { ending } = await run([piece('a\n', 1), piece('b\n', 1)], { count: 2 });
    expect(ending).toMatchObject({ problem: { code: 'export-cut-off', evidence: '1 of 2 jobs came through' } });
  });

  test('is no file where it was cancelled', async () => {
    const stop = new AbortController();
    stop.abort();
    const { ending } = await run([piece('a\n', 1)], { stop });
    expect(ending).toMatchObject({ error: { name: 'AbortError' } });
  });

  test('that is handed to the browser in many parts is whole', async () => {
    const lines = Array.from({ length: 400 }, (_, index) => `${String(index).padEnd(65_535, '.')}\n`);
    const { ending } = await run([...lines.map((line) => piece(line, 0)), piece('', 1)], { longest: 1e9 });
    expect('text' in ending && ending.text === lines.join('')).toBe(true);
  });
});
