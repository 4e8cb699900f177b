import { describe, expect, it } from 'vitest';
import { whyNotDeployableNow } from '../../../../renderer/fleet/deploy-refusal.ts';
import { activityByHost } from '../../../../renderer/fleet/host-activity.ts';
import { jobId } from '../../../../shared/contract/ids.ts';
import { aDetail, aHost, aProblem, aStep, aSummary, JOB, named } from '../invented.ts';

const running = aSummary(['a', 'b', 'c'], { title: 'Deploy 3 hosts' });
const detail = aDetail(running, {
  steps: [aStep('a', 'build', 'done'), aStep('a', 'copy', 'running'), aStep('b', 'build', 'waiting')],
  outcomes: { c: { state: 'succeeded', generation: 2, system: null } },
});

describe('what jobs do with hosts', () => {
  const activities = activityByHost([running], new Map([[JOB, detail]]));

  it('a host shows the step that runs on it', () => {
    expect(activities.get(named('a'))?.step).toMatchObject({ stage: 'copy' });
  });
  it('a host whose turn has not come is waiting', () => {
    expect(activities.get(named('b'))).toMatchObject({ step: null, isQueued: false });
  });
  it('a host that the job is done with is free again', () => expect(activities.has(named('c'))).toBe(false));
  it('a job of which nothing is known yet holds its hosts', () => {
    expect(activityByHost([running], new Map()).get(named('c'))?.step).toBeNull();
  });
  it('a running job is shown before one that waits for the same host', () => {
    const queued = aSummary(['a'], { id: jobId.parse('20261121-031600-a1b2c3'), state: 'queued', title: 'Deploy a' });
    for (const order of [
      [queued, running],
      [running, queued],
    ]) {
      expect(activityByHost(order, new Map([[JOB, detail]])).get(named('a'))?.title).toBe('Deploy 3 hosts');
    }
  });
});

describe('a Deploy button says why it cannot be pressed', () => {
  it('names what is wrong with the host', () => {
    expect(whyNotDeployableNow(aHost('a', { problem: aProblem }), undefined)).toBe('It broke');
    expect(whyNotDeployableNow(aHost('a', { target: null }), undefined)).toMatch(/no address/);
  });
  it('names the job that works on the host or waits for it', () => {
    const activity = { jobId: JOB, title: 'Deploy all', isQueued: false, step: null };
    expect(whyNotDeployableNow(aHost('a'), activity)).toBe('‘Deploy all’ works on it now.');
    expect(whyNotDeployableNow(aHost('a'), { ...activity, isQueued: true })).toBe('‘Deploy all’ waits to work on it.');
  });
  it('lets a host be deployed that only seems to be offline', () => {
    expect(whyNotDeployableNow(aHost('a'), undefined)).toBeNull();
  });
});
