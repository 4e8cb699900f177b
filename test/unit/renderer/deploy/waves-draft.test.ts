import { expect, test } from 'vitest';
import type { WavePlan } from '../../../../shared/contract/waves.ts';
import { draftsOf, newDraft, readDraft } from '../../../../renderer/deploy/waves-draft.ts';

const plan: WavePlan = {
  'stop-after': 1,
  'when-stopped': 'keep',
  wave: [
    { name: 'lab', on: '@lab', wait: 0.5 },
    { count: 2, health: true },
    { percent: 12.5, pause: true },
  ],
};

test('waves of a file are written on and read back as they were', () => {
  expect(draftsOf(plan).map(readDraft)).toEqual(plan.wave);
  expect(draftsOf(null)).toEqual([]);
});

test('a new first wave is one host that a person looks at; later ones are half of the hosts', () => {
  expect(readDraft(newDraft(0, true))).toEqual({ count: 1, health: true, pause: true });
  expect(readDraft(newDraft(1, false))).toEqual({ percent: 50 });
});

test('what is no number, no share and no selection is said to be none', () => {
  const draft = newDraft(0, false);
  for (const wrong of [
    { ...draft, value: '101' },
    { ...draft, value: 'half' },
    { ...draft, who: 'count' as const, value: '1.5' },
    { ...draft, who: 'on' as const, value: ' ' },
    { ...draft, wait: '2000' },
    { ...draft, wait: 'long' },
  ]) {
    expect(readDraft(wrong)).toHaveProperty('mistake');
  }
});
