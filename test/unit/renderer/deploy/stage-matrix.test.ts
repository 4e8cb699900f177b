import { describe, expect, it } from 'vitest';
import { jobProblems } from '../../../../renderer/deploy/job-problems.ts';
import { countGroups, mostInteresting, stageMatrix } from '../../../../renderer/deploy/stage-matrix.ts';
import { aDetail, aProblem, aStep, aSummary, named } from '../invented.ts';

const detail = aDetail(aSummary(['a', 'b', 'c', 'd']), {
  steps: [
    aStep('a', 'copy', 'running'),
    aStep('a', 'build', 'done'),
    aStep('b', 'build', 'failed'),
    aStep('c', 'build', 'waiting'),
    aStep('d', 'build', 'done'),
    aStep('d', 'copy', 'skipped'),
  ],
});

describe('hosts by stages', () => {
  it('has the stages that the job has, in their order, and every host in the order given', () => {
    const matrix = stageMatrix(detail);
    expect(matrix.stages).toEqual(['build', 'copy']);
    expect(matrix.rows.map((row) => row.host)).toEqual(['a', 'b', 'c', 'd']);
  });
  it('shows all stages before the first is known', () => {
    expect(stageMatrix(aDetail(aSummary(['a']))).stages).toHaveLength(7);
  });
  it('counts each host once', () => {
    expect(countGroups(stageMatrix(detail).rows, {})).toEqual({ all: 4, running: 1, failed: 1, waiting: 1, done: 1 });
  });
  it('what the host says in the end counts more than its steps', () => {
    const outcomes = { d: { state: 'switched-with-failures', generation: 2, system: null } } as const;
    expect(countGroups(stageMatrix(detail).rows, outcomes).failed).toBe(2);
  });
  it('begins with the host that failed, else with the one that runs, else with the first', () => {
    expect(mostInteresting(stageMatrix(detail), {})).toBe('b');
    const going = { ...detail, steps: detail.steps.filter((step) => step.host !== 'b') };
    expect(mostInteresting(stageMatrix(going), {})).toBe('a');
    expect(mostInteresting(stageMatrix(aDetail(aSummary(['x', 'y']))), {})).toBe('x');
    expect(mostInteresting(stageMatrix(aDetail(aSummary([]))), {})).toBeNull();
  });
});

describe('what went wrong', () => {
  it('is told once, although it is told on the way and again as the outcome', () => {
    const told = aDetail(aSummary(['a', 'b']), {
      problems: [{ host: named('a'), stage: 'copy', problem: aProblem }],
      outcomes: {
        a: { state: 'failed', generation: null, system: null, error: { ...aProblem } },
        b: { state: 'failed', generation: null, system: null, error: aProblem },
      },
    });
    expect(jobProblems(told).map(({ host }) => host)).toEqual(['a', 'b']);
  });
  it('begins with what ended the job as a whole', () => {
    const ended = aDetail(aSummary(['a']), {
      problem: { ...aProblem, title: 'The runner was killed' },
      problems: [{ host: named('a'), stage: 'copy', problem: aProblem }],
    });
    expect(jobProblems(ended).map(({ problem }) => problem.title)).toEqual(['The runner was killed', 'It broke']);
  });
});
