import { expect, test } from 'vitest';
import { HeldProblems } from '../../../electron/cli/held-problems.ts';
import { hostName } from '../../../shared/contract/ids.ts';

const [nas, pi] = [hostName.parse('nas'), hostName.parse('pi')];
const problem = (title: string) => ({ code: 'x', title, evidence: '', advice: [] });
const failed = (title: string) => ({ state: 'failed', generation: null, system: null, error: problem(title) }) as const;

test('what stopped a host waits for the result, which tells it', () => {
  const held = new HeldProblems();
  held.hold({ host: nas, problem: problem('no room') });
  expect(held.release(pi)).toEqual([]);
  expect(held.releaseBeside({ nas: failed('no room') })).toEqual([]);
  expect(held.told).toEqual([]);
});

test('what a host goes on after is told once, when it does', () => {
  const held = new HeldProblems();
  held.hold({ host: nas, problem: problem('a warning') });
  held.hold({ host: pi, problem: problem('no room') });
  expect(held.release(nas)).toEqual([{ host: nas, problem: problem('a warning') }]);
  expect(held.release(nas)).toEqual([]);
  expect(held.told).toEqual([{ host: nas, problem: problem('a warning') }]);
});

test('whoever is asked something is told all before, and the result does not tell it again', () => {
  const held = new HeldProblems();
  held.hold({ host: nas, problem: problem('no room') });
  expect(held.release()).toHaveLength(1);
  expect(held.releaseBeside({ nas: failed('no room') })).toEqual([]);
  expect(held.told).toEqual([{ host: nas, problem: problem('no room') }]);
});

test('what no outcome tells is told before the result', () => {
  const held = new HeldProblems();
  held.hold({ host: nas, problem: problem('a unit failed') });
  held.hold({ host: pi, problem: problem('no room') });
  const outcomes = { nas: failed('went back'), pi: failed('no room') };
  expect(held.releaseBeside(outcomes)).toEqual([{ host: nas, problem: problem('a unit failed') }]);
});
