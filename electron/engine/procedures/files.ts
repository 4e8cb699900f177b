import type { FleetId } from '../../../shared/contract/ids.ts';
import { readFleetFile, saveFleetFile } from '../fleet/files/fleet-file.ts';
import { listFleetFiles } from '../fleet/files/list-files.ts';
import { watchFleetFile } from '../fleet/files/watch-file.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { procedures, stream } from './base.ts';

/** `files.*`: the files of a fleet. */
export function filesProcedures(fleets: Pick<Fleets, 'view'>) {
  const { files } = procedures;
  const folderOf = async (id: FleetId): Promise<string> => (await fleets.view(id)).fleet.path;
  return {
    list: files.list.handler(async ({ input }) => listFleetFiles(await folderOf(input.fleetId))),
    read: files.read.handler(async ({ input }) => readFleetFile(await folderOf(input.fleetId), input.file)),
    save: files.save.handler(async ({ input }) => saveFleetFile(await folderOf(input.fleetId), input)),
    watch: files.watch.handler(async ({ input, signal }) =>
      stream(watchFleetFile(await folderOf(input.fleetId), input.file, signal), signal),
    ),
  };
}
