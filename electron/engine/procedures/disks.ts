import { toJson, type Layout } from '../../../shared/disko/layout.ts';
import { findLayoutFiles } from '../disks/find-layout-files.ts';
import { readHostLayout } from '../disks/read-host-layout.ts';
import { readLayoutFile } from '../disks/read-layout-file.ts';
import { fleetFilePath } from '../fleet/files/fleet-file.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { procedures } from './base.ts';

/** `disks.*`: the files of a fleet that hold disk layouts. */
export function disksProcedures(fleets: Pick<Fleets, 'folder'>) {
  const { disks } = procedures;
  return {
    list: disks.list.handler(async ({ input }) => findLayoutFiles(await fleets.folder(input.fleetId))),
    evaluate: disks.evaluate.handler(async ({ input, signal }) => {
      const path = await fleetFilePath(await fleets.folder(input.fleetId), input.file);
      const { layout } = await readLayoutFile(path, input.given, signal);
      return { layout: asData(layout) };
    }),
    evaluateHost: disks.evaluateHost.handler(async ({ input, signal }) => ({
      layout: asData(await readHostLayout(await fleets.folder(input.fleetId), input.host, signal)),
    })),
  };
}

function asData(layout: Layout): Record<string, unknown> {
  return Object.fromEntries(Object.entries(layout).map(([group, value]) => [group, toJson(value)]));
}
