import { readFleetFile, saveFleetFile } from '../fleet/files/fleet-file.ts';
import { listFleetFiles } from '../fleet/files/list-files.ts';
import { watchFleetFile } from '../fleet/files/watch-file.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { procedures, stream } from './base.ts';

/** `files.*`: the files of a fleet. */
export function filesProcedures(fleets: Pick<Fleets, 'folder' | 'editableFolder'>) {
  const { files } = procedures;
  return {
    list: files.list.handler(async ({ input }) => listFleetFiles(await fleets.folder(input.fleetId))),
    read: files.read.handler(async ({ input }) => readFleetFile(await fleets.folder(input.fleetId), input.file)),
    save: files.save.handler(async ({ input }) => saveFleetFile(await fleets.editableFolder(input.fleetId), input)),
    watch: files.watch.handler(async ({ input, signal }) =>
      stream(watchFleetFile(await fleets.folder(input.fleetId), input.file, signal), signal),
    ),
  };
}
