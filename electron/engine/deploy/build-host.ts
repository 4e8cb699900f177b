import { ProblemError } from '../errors.ts';
import { copyCommand } from '../nix/copy.ts';
import { nixError } from '../nix/errors.ts';
import { runNixInJob, type NixCommand } from '../nix/run.ts';
import type { JobContext } from '../jobs/context.ts';
import type { Secrets } from '../ssh/askpass.ts';
import type { SshFiles } from '../ssh/config.ts';
import { describeTarget, sshTarget } from '../ssh/target.ts';
import { askBuildAbility, canBuild, mustBuildThere, type BuildAbility } from './architecture.ts';
import { buildHere, buildOnTarget, type BuildWork } from './build.ts';
import type { Questions } from './questions.ts';
import type { DeploySpec } from './spec.ts';
import { TargetLink } from './target-link.ts';
import { targetStore, type TargetStore } from './target-store.ts';

interface BuildHostParts {
  readonly files: SshFiles;
  readonly questions: Questions;
  readonly context: JobContext;
  readonly named: NonNullable<DeploySpec['buildHost']>;
}

/**
 * A machine that builds for all hosts of a deploy in place of this computer. What it has built comes here, and goes on to
 * the hosts as if it had been built here: a host need not know the machine, and what it lacks is sent once.
 */
export class BuildHost {
  readonly #parts: BuildHostParts;
  readonly #secrets: Secrets = {};
  #reached: Promise<BuildAbility | null> | null = null;

  constructor(parts: BuildHostParts) {
    this.#parts = parts;
  }

  /**
   * Builds a system there and fetches it. Returns a short result.
   * @param system for which kind of machine; null: nobody says
   * @throws ProblemError of nix, `deploy-foreign-architecture`, `ssh-*`
   */
  async build(work: BuildWork, system: string | null): Promise<string> {
    const { context, named, files } = this.#parts;
    // Its key is looked at, and what has to be typed is asked for, before nix goes there by itself.
    this.#reached ??= this.#reach(work);
    const ability = await this.#reached;
    if (system !== null && ability !== null && !canBuild(ability, system)) {
      using link = this.#link(work);
      const place = { kind: 'machine', session: await link.open(context.signal), ability } as const;
      await mustBuildThere(work.host, system, work.system.outPath, place, context.signal);
    }
    const store = targetStore(sshTarget(named.target, named.sshOptions), files, this.#secrets);
    const note = await buildOnTarget(context, work, store);
    work.steps.progress('build', { note: `fetching it from ${named.name}` });
    const fetched = await runNixInJob(context, {
      host: work.host,
      stage: 'build',
      ...fetchCommand(store, work.system.outPath),
      env: store.env,
    });
    if (fetched.exit.code !== 0)
      throw nixError({ ...fetched, verb: 'copy', target: describeTarget({ ...named.target }) });
    // Nothing is left to build; the link keeps it from being collected.
    await buildHere(context, work);
    return note.replace(/ there$/, ` on ${named.name}`);
  }

  #link({ host }: BuildWork): TargetLink {
    const { named, files, questions } = this.#parts;
    return new TargetLink(sshTarget(named.target, named.sshOptions), {
      files,
      secrets: this.#secrets,
      onUnknownHostKey: (offer) => questions.mayPin(host, offer),
      onSecret: (question) => questions.secret(host, question),
    });
  }

  async #reach(work: BuildWork): Promise<BuildAbility | null> {
    const { context } = this.#parts;
    using link = this.#link(work);
    const session = await link.open(context.signal);
    const { exitCode, stderr } = await session.exec(['nix-store', '--version'], { signal: context.signal });
    if (exitCode === 0) return await askBuildAbility(session, context.signal);
    throw new ProblemError({
      code: 'deploy-build-host-no-nix',
      title: `There is no Nix on ${session.place}, so nothing can be built there`,
      evidence: stderr.trim() || `nix-store --version ended with ${exitCode ?? 'a signal'}`,
      advice: ['Name a machine with Nix, or build here or on each target.'],
    });
  }
}

/** What brings a path from there, also to be shown to a person. */
export function fetchCommand(
  store: Pick<TargetStore, 'target' | 'sshOptions'>,
  path: string,
): Required<Pick<NixCommand, 'args' | 'sshOptions'>> {
  const { args, sshOptions } = copyCommand({ ...store, paths: [] });
  const url = args[args.indexOf('--to') + 1] ?? '';
  return { args: ['copy', '--no-check-sigs', '--from', url, path], sshOptions };
}
