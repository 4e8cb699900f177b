import type { FleetId } from '../../../shared/contract/ids.ts';
import { ProblemError } from '../errors.ts';
import { textOf } from '../fleet/files/fleet-file.ts';
import { findFleetFolder } from '../fleet/folder.ts';
import { actWithGit } from '../git/act.ts';
import { createBranch, listBranches, switchBranch } from '../git/branches.ts';
import { committedFile } from '../git/committed-file.ts';
import type { GitOptions } from '../git/core.ts';
import { discardChanges, restoreDiscarded } from '../git/discard.ts';
import { gitHead } from '../git/head.ts';
import { gitOnFiles } from '../git/on-files.ts';
import { planSync } from '../git/plan-sync.ts';
import { planPull } from '../git/pull-plan.ts';
import type { GitSpec } from '../git/spec.ts';
import { currentOperation, workTreeState } from '../git/work-tree-state.ts';
import { procedures } from './base.ts';
import type { EngineParts } from '../parts.ts';

const titles: Record<GitSpec['action'], (remote: string, branch: string | null) => string> = {
  fetch: (remote) => `Fetch from ${remote}`,
  pull: (remote, branch) => `Pull ${branch ?? ''} from ${remote}`,
  push: (remote, branch) => `Push ${branch ?? ''} to ${remote}`,
};

/** `git.*`: the work tree around a fleet. */
export function gitProcedures({ fleets, jobs, files }: Pick<EngineParts, 'fleets' | 'jobs' | 'files'>) {
  const { git } = procedures;
  const at = async (id: FleetId, signal: AbortSignal | undefined): Promise<GitOptions> => ({
    cwd: await fleets.editableFolder(id),
    signal,
  });
  const atTop = async (id: FleetId, signal?: AbortSignal): Promise<GitOptions> => {
    const { workTree, path } = findFleetFolder(await fleets.editableFolder(id));
    if (workTree === null) throw notInGit(path);
    return { cwd: workTree, signal };
  };
  return {
    state: git.state.handler(async ({ input, signal }) => {
      const { workTree, subfolder } = findFleetFolder(await fleets.folder(input.fleetId));
      return workTree === null ? null : workTreeState({ cwd: workTree, signal }, subfolder);
    }),
    committed: git.committed.handler(async ({ input, signal }) => {
      const bytes = await committedFile(input.file, { cwd: await fleets.folder(input.fleetId), signal });
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
    commit: git.commit.handler(async ({ input, signal }) => {
      const options = await at(input.fleetId, signal);
      await actWithGit(['commit', '--quiet', '-m', input.message], options);
      return { revision: (await gitHead(options)) ?? '' };
    }),
    discard: git.discard.handler(async ({ input }) => discardChanges(input.files, await at(input.fleetId, undefined))),
    restore: git.restore.handler(async ({ input }) =>
      restoreDiscarded(input.files, await at(input.fleetId, undefined)),
    ),
    branches: git.branches.handler(async ({ input, signal }) => listBranches(await atTop(input.fleetId, signal))),
    switchBranch: git.switchBranch.handler(async ({ input }) => switchBranch(input.branch, await atTop(input.fleetId))),
    createBranch: git.createBranch.handler(async ({ input }) => createBranch(input.name, await atTop(input.fleetId))),
    abortOperation: git.abortOperation.handler(async ({ input }) => {
      const options = await atTop(input.fleetId);
      const operation = await currentOperation(options);
      if (operation === null) return;
      await actWithGit(operation === 'bisect' ? ['bisect', 'reset'] : [operation, '--abort'], options);
    }),
    planPull: git.planPull.handler(async ({ input, signal }) => {
      const options = await atTop(input.fleetId, signal);
      const { upstream, how } = await planSync('pull', input.how, options);
      return planPull(upstream ?? '', how, options);
    }),
    sync: git.sync.handler(async ({ input }) => {
      const { fleetId, action } = input;
      const { cwd } = await atTop(fleetId);
      const route = await planSync(action, input.how, { cwd });
      const spec: GitSpec = { version: 1, action, folder: cwd, ...route, sshFolder: files.folder };
      const title = titles[action](route.remote, route.branch);
      return { jobId: await jobs.queue({ kind: 'git', spec, title, fleetId, hosts: [] }) };
    }),
  };
}

const unstage = ['restore', '--staged'] as const;

function notInGit(path: string): ProblemError {
  return new ProblemError({
    code: 'git-no-repository',
    title: 'This fleet is not in a Git repository',
    evidence: path,
    advice: ['Make one in a terminal: git init'],
  });
}
