import { homedir } from 'node:os';
import { completePath } from '../fleet/complete-path.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { procedures, stream } from './base.ts';

/** `fleet.*`: opening fleets and following the state of their hosts. */
export function fleetProcedures(fleets: Fleets) {
  const { fleet } = procedures;
  return {
    open: fleet.open.handler(({ input, signal }) => stream(fleets.open(input, signal), signal)),
    traits: fleet.traits.handler(({ input, signal }) => stream(fleets.traits(input.id, input.hosts, signal), signal)),
    evaluateSystems: fleet.evaluateSystems.handler(({ input, signal }) =>
      stream(fleets.evaluateSystems(input.id, input.hosts, signal), signal),
    ),
    recent: fleet.recent.handler(() => fleets.recent()),
    forget: fleet.forget.handler(({ input }) => fleets.forget(input.path)),
    completePath: fleet.completePath.handler(({ input }) => completePath(input.prefix, homedir())),
    watchStatus: fleet.watchStatus.handler(({ input, signal }) => stream(fleets.watchStatus(input.id, signal), signal)),
    check: fleet.check.handler(({ input, signal }) => stream(fleets.check(input.path, signal), signal)),
    refreshStatus: fleet.refreshStatus.handler(({ input }) => fleets.refreshStatus(input.id, input.hosts)),
  };
}
