import { join } from 'node:path';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobContext } from '../jobs/context.ts';
import { buildInJob, patience } from '../nix/build.ts';
import { copyCommand } from '../nix/copy.ts';
import { nixError } from '../nix/errors.ts';
import type { ProgressUpdate } from '../nix/progress-feed.ts';
import type { ProgressView } from '../nix/progress-view.ts';
import { runNixInJob, type NixCommand } from '../nix/run.ts';
import type { EvaluatedSystem } from './evaluate.ts';
import type { HostSteps } from './host-steps.ts';
import type { TargetStore } from './target-store.ts';

export interface BuildWork {
  readonly host: HostName;
  readonly system: EvaluatedSystem;
  readonly steps: HostSteps;
  readonly flakeFolder: string;
}

/** Where a job's links to systems lie, each called as its host. */
export function systemLinks(jobFolder: string): string {
  return join(jobFolder, 'systems');
}

/** Keeps a host's system from being collected while the job needs it. For names that were looked at (host-name.ts) alone. */
export function systemLink(jobFolder: string, host: HostName): string {
  return join(systemLinks(jobFolder), host);
}

/** Builds a host's system on this computer and what nix.conf names as its builders. Returns a short result. */
export async function buildHere(context: JobContext, work: BuildWork): Promise<string> {
  const { progress } = await buildInJob(context, {
    host: work.host,
    subject: { drv: work.system.drvPath },
    outLink: systemLink(context.jobFolder, work.host),
    flakeFolder: work.flakeFolder,
    onUpdate: (update) => tellProgress(context, work, update),
  });
  return describeBuild(progress);
}

/** The command of {@link buildOnTarget}, also to be shown to a person. */
export function buildOnTargetCommand(
  store: Pick<TargetStore, 'target' | 'sshOptions'>,
  drvPath: string,
): Required<Pick<NixCommand, 'args' | 'sshOptions'>> {
  const { args, sshOptions } = copyCommand({ ...store, paths: [] });
  const url = args[args.indexOf('--to') + 1] ?? '';
  return {
    args: ['build', '--no-link', ...patience, '--eval-store', 'auto', '--store', url, `${drvPath}^out`],
    sshOptions,
  };
}

/** Has the target build its own system: nix sends the derivations there and shows what it does. */
export async function buildOnTarget(context: JobContext, work: BuildWork, store: TargetStore): Promise<string> {
  const { exit, progress } = await runNixInJob(context, {
    host: work.host,
    stage: 'build',
    ...buildOnTargetCommand(store, work.system.drvPath),
    env: store.env,
    onUpdate: (update) => tellProgress(context, work, update),
  });
  if (exit.code !== 0) throw nixError({ exit, progress, verb: 'build', flakeFolder: work.flakeFolder });
  return `${describeBuild(progress)} there`;
}

function tellProgress(context: JobContext, { host, steps }: BuildWork, { view, changedNodes }: ProgressUpdate): void {
  if (changedNodes.length > 0) context.emit({ type: 'build', host, nodes: [...changedNodes] });
  const { builds, fetches, downloads } = view;
  steps.progress('build', {
    done: builds.done + fetches.done,
    total: builds.expected + fetches.expected,
    unit: 'derivations',
    bytesPerSecond: downloads.perSecond,
    note: view.activity ?? '',
  });
}

function describeBuild({ builds, fetches }: ProgressView): string {
  const parts = [
    ...(builds.done > 0 ? [`${builds.done} built`] : []),
    ...(fetches.done > 0 ? [`${fetches.done} fetched`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : 'nothing to build';
}
