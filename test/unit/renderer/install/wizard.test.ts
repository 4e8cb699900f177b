import { expect, test } from 'vitest';
import { installDraft, type DraftChange, type InstallDraft } from '../../../../shared/contract/install.ts';
import type { Client } from '../../../../renderer/app/client.ts';
import { sameValue } from '../../../../renderer/install/same-value.ts';
import { furthestStep } from '../../../../renderer/install/steps.ts';
import { Wizard } from '../../../../renderer/install/wizard.svelte.ts';

const target = { host: '192.168.1.5', user: 'root', port: null };

/** A wizard, with an engine that keeps drafts as the real one does and counts how often it is told something. */
function wizardAt(step: InstallDraft['step']) {
  let kept = installDraft.parse({
    id: '0123456789abcdef',
    version: 1,
    fleetId: '0123456789abcdef',
    kind: 'new',
    step,
    request: { target },
    report: null,
    jobs: { check: null, rehearsal: null, install: null },
    createdAt: 0,
    updatedAt: 0,
  });
  const told: DraftChange[] = [];
  const change = ({ change: { request, typed, ...fields } }: { change: DraftChange }): Promise<InstallDraft> => {
    told.push({ request, typed, ...fields });
    kept = installDraft.parse({
      ...kept,
      ...fields,
      request: { ...kept.request, ...request },
      typed: { ...kept.typed, ...typed },
    });
    return Promise.resolve(kept);
  };
  const client = { install: { change } } as unknown as Client;
  return { wizard: new Wizard(client, kept), told, again: () => new Wizard(client, kept) };
}

test('what is typed at a step and not sent is there again when the step was left by the rail, and after a restart', async () => {
  const { wizard, again } = wizardAt('host');
  wizard.onLeave(() => wizard.keepTyped('host', { name: 'not a name!', tags: 'lan' }));
  await wizard.go('find');
  expect(wizard.step).toBe('find');
  expect(wizard.typed('host')).toEqual({ name: 'not a name!', tags: 'lan' });
  expect(again().typed('host')).toEqual({ name: 'not a name!', tags: 'lan' });
});

test('of two steps that are chosen one right after the other, the last one is gone to', async () => {
  const { wizard } = wizardAt('host');
  wizard.whyNot = () => null;
  wizard.onLeave(() => wizard.keepTyped('host', { name: 'not a name!' }));
  await Promise.all([wizard.go('find'), wizard.go('host')]);
  expect(wizard.step, 'while the fields of the first are kept').toBe('host');
  const away = wizard.go('find');
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([away, wizard.go('host')]);
  expect(wizard.step, 'while the first is on its way').toBe('host');
});

test('what is whole counts when a step is left, and replaces what was only typed', async () => {
  const { wizard, told } = wizardAt('find');
  await wizard.keepTyped('secrets', { draft: 'x' });
  const options = { ...wizard.options, extraFiles: '/home/sam/extra' };
  await wizard.send('secrets', { options });
  expect(wizard.options.extraFiles).toBe('/home/sam/extra');
  expect(wizard.typed('secrets')).toEqual({});
  const before = told.length;
  await wizard.send('secrets', { options: { ...options } });
  expect(told, 'nothing is new, so no check is thrown away').toHaveLength(before);
});

test('a step that is taken off the page keeps its fields too, and a later one is asked from then on', async () => {
  const { wizard } = wizardAt('host');
  const left: string[] = [];
  const endFirst = wizard.onLeave(() => Promise.resolve(left.push('first')));
  wizard.onLeave(() => Promise.resolve(left.push('second')));
  endFirst();
  await wizard.go('find');
  expect(left).toEqual(['first', 'second']);
});

test('a step that is not open is not gone to, and one whose way closes is gone towards as far as it goes', async () => {
  const { wizard } = wizardAt('host');
  await wizard.go('review');
  expect(wizard.step).toBe('host');
  expect(furthestStep('new', 'gate', (step) => step !== 'gate' && step !== 'rehearse' && step !== 'install')).toBe(
    'review',
  );
});

test('values are the same whatever the order of their keys', () => {
  expect(sameValue({ a: 1, b: { c: [1, 2], d: undefined } }, { b: { c: [1, 2] }, a: 1 })).toBe(true);
  expect(sameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
});
