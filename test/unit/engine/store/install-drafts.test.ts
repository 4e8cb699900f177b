import { expect, test } from 'vitest';
import { installDraft } from '../../../../shared/contract/install.ts';
import { openStore } from '../../../../electron/engine/store/open.ts';
import { temporaryHome } from './a-store.ts';

const draft = installDraft.parse({
  id: '0123456789abcdef',
  version: 1,
  fleetId: 'fedcba9876543210',
  kind: 'new',
  step: 'disks',
  request: { host: 'nas', target: { host: '192.168.1.5', user: 'root', port: null } },
  report: null,
  jobs: { check: null, rehearsal: null, install: null },
  createdAt: 1,
  updatedAt: 1,
});

test('an install that is prepared is as it was when the store is opened again, until it is taken away', () => {
  using home = temporaryHome();
  {
    const { store } = openStore(home);
    using _first = store;
    store.installDrafts.save(draft);
    store.installDrafts.save({ ...draft, step: 'review', updatedAt: 2 });
  }
  const { store } = openStore(home);
  using _second = store;
  expect(store.installDrafts.of(draft.fleetId)).toEqual([{ ...draft, step: 'review', updatedAt: 2 }]);
  store.installDrafts.remove(draft.id);
  expect(store.installDrafts.get(draft.id)).toBeNull();
});
