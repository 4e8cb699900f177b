import { expect, test, vi } from 'vitest';
import type { ChangePlan, HostChangeRequest } from '../../../../shared/contract/change.ts';
import type { Client } from '../../../../renderer/app/client.ts';
import { ChangePlanning } from '../../../../renderer/change/change-planning.svelte.ts';

test('a plan is seen at the moment at which it can be carried out, not before', async () => {
  const plan = { state: 'nothing' } as unknown as ChangePlan;
  const end = Promise.withResolvers<undefined>();
  const told = vi.fn();
  async function* events() {
    yield { type: 'plan', plan };
    told();
    await end.promise;
  }
  const client = { change: { plan: () => Promise.resolve(events()) } } as unknown as Client;
  using planning = new ChangePlanning(client);
  planning.start('/fleet', {} as HostChangeRequest);
  await vi.waitFor(() => expect(told).toHaveBeenCalled());
  expect([planning.plan, planning.isPlanning]).toEqual([null, true]);
  end.resolve(undefined);
  await vi.waitFor(() => expect(planning.plan).toBe(plan));
  expect(planning.isPlanning).toBe(false);
});
