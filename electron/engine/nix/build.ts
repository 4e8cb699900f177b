import { mkdirSync, readlinkSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { HostName } from '../../../shared/contract/ids.ts';
import type { JobContext } from '../jobs/context.ts';
import { readDerivationInputs } from './derivation-show.ts';
import { nixError } from './errors.ts';
import { flakeInstallable } from './installable.ts';
import type { NixRun } from './nix-run.ts';
import type { ProgressFeed } from './progress-feed.ts';
import type { ProgressView } from './progress-view.ts';
import { runNixInJob, type NixCommand, type NixListeners } from './run.ts';

/** What to build: a derivation that is evaluated already, or an attribute of a flake. */
export type BuildSubject =
  { readonly drv: string } | { readonly ref: string; readonly attribute: string | readonly string[] };

export interface BuildRequest extends NixListeners, Pick<NixRun, 'flakeFolder' | 'untracked'> {
  readonly host: HostName | null;
  readonly subject: BuildSubject;
  /**
   * A link to the result is made here (its folder too), which keeps the result from being collected until the link is
   * removed. Put it into the job's folder, one for each host.
   */
  readonly outLink: string;
  /** More flags for nix, such as `--builders`. */
  readonly flags?: readonly string[];
}

export interface BuildResult {
  /** The store path that was built or was there already. */
  readonly outPath: string;
  readonly progress: ProgressView;
}

/** More derivations than this are drawn without their connections: asking for them would take longer than it helps. */
const mostDrawnInputs = 400;

/**
 * Hosts of a fleet share much of what is built. Where one nix builds it, the others look again whether it is there: each
 * second, the shortest that nix takes, not every five. Its daemon takes this from everybody (`ClientSettings::apply`,
 * src/libstore/daemon.cc).
 */
export const patience: readonly string[] = ['--option', 'build-poll-interval', '1'];

/** Whoever builds for less time than this has nothing to look at. */
const shortBuildMs = 500;

/**
 * Builds on this computer (and on what nix.conf names as its builders), as part of a job.
 * @throws ProblemError with the cause; JobCancelled
 */
export async function buildInJob(context: JobContext, request: BuildRequest): Promise<BuildResult> {
  mkdirSync(dirname(request.outLink), { recursive: true });
  rmSync(request.outLink, { force: true });
  using inputs = new InputReader(context.signal);
  const { exit, progress } = await runNixInJob(context, {
    ...request,
    stage: 'build',
    args: buildArguments(request),
    onFeed: (feed) => inputs.attach(feed),
    onUpdate: (update) => {
      inputs.look(update.view);
      request.onUpdate?.(update);
    },
  });
  if (exit.code !== 0) throw nixError({ ...request, exit, progress, verb: 'build' });
  return { outPath: readlinkSync(request.outLink), progress };
}

/** The command, also to be shown to a person. */
export function buildArguments(request: Pick<BuildRequest, 'subject' | 'outLink' | 'flags'>): NixCommand['args'] {
  const { subject, outLink, flags = [] } = request;
  const [installable, own] =
    'drv' in subject
      ? [`${subject.drv}^out`, []]
      : [flakeInstallable(subject.ref, subject.attribute), ['--no-write-lock-file']];
  return ['build', '--out-link', outLink, ...patience, ...own, ...flags, installable];
}

/** Once nix has told its plan and builds for a while, asks which of the planned derivations need which, beside the build. */
class InputReader implements Disposable {
  readonly #ended = new AbortController();
  readonly #signal: AbortSignal;
  #feed: ProgressFeed | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(signal: AbortSignal) {
    this.#signal = AbortSignal.any([signal, this.#ended.signal]);
  }

  attach(feed: ProgressFeed): void {
    this.#feed = feed;
  }

  look(view: ProgressView): void {
    // The plan is complete when the first build starts.
    if (view.builds.running > 0) this.#timer ??= setTimeout(() => void this.#ask(), shortBuildMs);
  }

  async #ask(): Promise<void> {
    const nodes = this.#feed?.view.nodes ?? [];
    const drvs = nodes.filter((node) => node.kind === 'build').map((node) => node.drv);
    if (drvs.length < 2 || drvs.length > mostDrawnInputs) return;
    try {
      const inputs = await readDerivationInputs(drvs, { signal: this.#signal, timeLimitMs: 30_000 });
      if (!this.#signal.aborted) this.#feed?.setInputs(inputs);
    } catch {
      // The tree is a list then, and the build goes on.
    }
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
