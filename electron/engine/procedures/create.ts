import type { CreateEvent, HostPlanned } from '../../../shared/contract/create.ts';
import { EventQueue } from '../event-queue.ts';
import { addHost, planHost, type HostChange } from '../fleet/create/add-host.ts';
import { createFleet, planFleet } from '../fleet/create/create-fleet.ts';
import { suggestFleet, suggestHost } from '../fleet/create/suggestions.ts';
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
    suggestHost: create.suggestHost.handler(async ({ input }) =>
      suggestHost(await fleets.folder(input.fleetId), Date.now()),
    ),
    planHost: create.planHost.handler(async ({ input }) =>
      planned(await planHost(await fleets.editableFolder(input.fleetId), input.host)),
    ),
    host: create.host.handler(async ({ input, signal }) => {
      const limit = AbortSignal.timeout(TIME_LIMIT_MS);
      const folder = await fleets.editableFolder(input.fleetId);
      return planned(await addHost(folder, input.host, signal ? AbortSignal.any([signal, limit]) : limit));
    }),
  };
}

function planned({ newFiles, changedFiles }: HostChange): HostPlanned {
  return {
    files: [
      ...changedFiles.map(({ path, before, after }) => ({ path, before, after })),
      ...Object.entries(newFiles).map(([path, after]) => ({ path, before: null, after })),
    ],
  };
}
