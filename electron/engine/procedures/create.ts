import type { CreateEvent } from '../../../shared/contract/create.ts';
import { EventQueue } from '../event-queue.ts';
import { createFleet, planFleet } from '../fleet/create/create-fleet.ts';
import { suggestFleet, suggestHost, suggestLogin } from '../fleet/create/suggestions.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { expandHome } from '../fleet/folder.ts';
import { procedures, stream } from './base.ts';

/** Longer than nix needs to give up on a network that is not there. */
const TIME_LIMIT_MS = 300_000;

/** `create.*`: new fleets and hosts. */
export function createProcedures(fleets: Pick<Fleets, 'folder' | 'editableFolder'>, env: NodeJS.ProcessEnv) {
  const { create } = procedures;
  return {
    suggestFleet: create.suggestFleet.handler(() => suggestFleet(env, Date.now())),
    planFleet: create.planFleet.handler(async ({ input }) => {
      const { files, inTheWay, others, ...plan } = await planFleet(expandHome(input.folder), input.fleet);
      const texts = Object.entries(files).map(([path, text]) => ({ path, text }));
      return { ...plan, files: texts, inTheWay: [...inTheWay], others: [...others] };
    }),
    fleet: create.fleet.handler(({ input, signal }) => {
      const limit = AbortSignal.timeout(TIME_LIMIT_MS);
      const stop = signal ? AbortSignal.any([signal, limit]) : limit;
      const events = new EventQueue<CreateEvent>();
      const tell = (text: string): void => events.push({ type: 'progress', text });
      createFleet(expandHome(input.folder), input.fleet, stop, tell).then(
        ({ folder, files, problems }) => {
          events.push({ type: 'created', folder, files: [...files], problems: [...problems] });
          events.end();
        },
        (error: unknown) => events.fail(error),
      );
      return stream(events.read(signal), signal);
    }),
    suggestHost: create.suggestHost.handler(async ({ input }) => ({
      ...(await suggestHost(await fleets.folder(input.fleetId), Date.now())),
      ...(await suggestLogin(env)),
    })),
  };
}
