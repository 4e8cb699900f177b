import type { FleetId } from '../../../shared/contract/ids.ts';
import { textOf } from '../fleet/files/fleet-file.ts';
import type { Fleets } from '../fleet/fleets.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { committedFile } from '../git/committed-file.ts';
import { git as runGit, type GitOptions } from '../git/core.ts';
import { discardChanges, restoreDiscarded } from '../git/discard.ts';
import { gitHead } from '../git/head.ts';
import { gitOnFiles } from '../git/on-files.ts';
import { workTreeState } from '../git/work-tree-state.ts';
import { procedures } from './base.ts';

/** `git.*`: the work tree around a fleet. */
export function gitProcedures(fleets: Pick<Fleets, 'view'>) {
  const { git } = procedures;
  const folderOf = async (id: FleetId): Promise<string> => (await fleets.view(id)).fleet.path;
  const at = async (id: FleetId, signal: AbortSignal | undefined): Promise<GitOptions> => ({
    cwd: await folderOf(id),
    signal,
  });
  return {
    state: git.state.handler(async ({ input, signal }) => {
      const { workTree, subfolder } = findFleetFolder(await folderOf(input.fleetId));
      return workTree === null ? null : workTreeState({ cwd: workTree, signal }, subfolder);
    }),
    committed: git.committed.handler(async ({ input, signal }) => {
      const bytes = await committedFile(input.file, await at(input.fleetId, signal));
      return { text: bytes && textOf(bytes) };
    }),
    track: git.track.handler(async ({ input }) =>
      gitOnFiles(['add', '--intent-to-add'], input.files, await at(input.fleetId, undefined)),
    ),
    stage: git.stage.handler(async ({ input }) =>
      gitOnFiles(['add', '--all'], input.files, await at(input.fleetId, undefined)),
    ),
    unstage: git.unstage.handler(async ({ input }) => {
      const options = await at(input.fleetId, undefined);
      const verb = (await gitHead(options)) === null ? (['rm', '--quiet', '--cached'] as const) : unstage;
      await gitOnFiles(verb, input.files, options);
    }),
    commit: git.commit.handler(async ({ input }) => {
      const options = await at(input.fleetId, undefined);
      await runGit(['commit', '--quiet', '-m', input.message], options);
      return { revision: (await gitHead(options)) ?? '' };
    }),
    discard: git.discard.handler(async ({ input }) => discardChanges(input.files, await at(input.fleetId, undefined))),
    restore: git.restore.handler(async ({ input }) =>
      restoreDiscarded(input.files, await at(input.fleetId, undefined)),
    ),
  };
}

const unstage = ['restore', '--staged'] as const;
