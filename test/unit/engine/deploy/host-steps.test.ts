import { expect, test } from 'vitest';
import { HostSteps } from '../../../../electron/engine/deploy/host-steps.ts';
import type { ExecutorEvent } from '../../../../electron/engine/jobs/context.ts';
import { hostName } from '../../../../shared/contract/ids.ts';

function row() {
  const states = new Map<string, string>();
  const emit = (event: ExecutorEvent): void => {
    if (event.type === 'step') states.set(event.step.stage, event.step.state);
  };
  const steps = new HostSteps({ emit }, hostName.parse('nas'), ['plan', 'evaluate', 'build', 'copy']);
  return { steps, states: () => [...states.values()] };
}

test('a host begins with all its stages waiting', () => {
  expect(row().states()).toEqual(['waiting', 'waiting', 'waiting', 'waiting']);
});

test('a host that fails in one stage has its later ones skipped, and those beside it', () => {
  const { steps, states } = row();
  steps.start('plan');
  steps.start('evaluate');
  steps.close('plan', 'failed', 'unreachable');
  expect(states()).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
});

test('a host that is over is not changed by what comes late', () => {
  const { steps, states } = row();
  steps.close('plan', 'failed', 'unreachable');
  steps.done('evaluate', '');
  steps.progress('evaluate', { done: 1 });
  expect(states()).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
});

test('of a host that is left out nothing goes on, also what is done for it beside others', () => {
  const { steps, states } = row();
  steps.skip('plan', 'offline');
  steps.leaveOut('offline');
  steps.start('evaluate');
  steps.done('evaluate', '');
  expect(states()).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
});

test('a cancelled host keeps what was done', () => {
  const { steps, states } = row();
  steps.start('plan');
  steps.done('plan', '');
  steps.start('evaluate');
  steps.close('evaluate', 'cancelled', '');
  expect(states()).toEqual(['done', 'cancelled', 'cancelled', 'cancelled']);
});

test('where nothing is to do the rest is skipped', () => {
  const { steps, states } = row();
  steps.done('plan', '');
  steps.done('evaluate', '');
  steps.skipRest('nothing to do');
  expect(states()).toEqual(['done', 'done', 'skipped', 'skipped']);
});
