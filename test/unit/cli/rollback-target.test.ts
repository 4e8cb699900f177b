import { expect, test } from 'vitest';
import { CommandFailed } from '../../../electron/cli/errors.ts';
import { readRollbackTarget } from '../../../electron/cli/rollback-target.ts';

const local = (...parts: [number, number, number, number, number, number, number]): number =>
  new Date(...parts).getTime();

test.each([
  ['previous', 'previous'],
  ['12', { generation: 12 }],
  ['2026-11-24', { before: local(2026, 10, 24, 23, 59, 59, 999) }],
  ['2026-11-24 18:00', { before: local(2026, 10, 24, 18, 0, 0, 0) }],
  ['2026-11-24T18:00:30', { before: local(2026, 10, 24, 18, 0, 30, 0) }],
  ['2026-11-24T18:00Z', { before: Date.UTC(2026, 10, 24, 18) }],
  ['2026-11-24 18:00:01.5 +0200', { before: Date.UTC(2026, 10, 24, 16, 0, 1, 500) }],
  ['2026-11-24T18:00-01:30', { before: Date.UTC(2026, 10, 24, 19, 30) }],
])('%s says what to go back to', (text, target) => {
  expect(readRollbackTarget(text)).toEqual(target);
});

test.each([
  '0',
  '-1',
  '1.2.2026',
  '1/2/2026',
  'generation 1',
  'yesterday',

  '2026-02-30',
  '2026-13-01',
  '2026-11-24T25:00',
  '2026-11-24 6pm',
  '',
])('“%s” is wrong usage', (text) => {
  let failed: unknown;
  try {
    readRollbackTarget(text);
  } catch (error) {
    failed = error;
  }
  expect(failed).toBeInstanceOf(CommandFailed);
  expect(failed).toMatchObject({ exitCode: 2, problem: { code: 'wrong-usage' } });
});
